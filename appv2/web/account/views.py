"""Log in and out, and keep preferences."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, jsonify, redirect, render_template, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response as AnyResponse

from appv2.web.account.forms import LoginForm
from appv2.web.account.users import Preferences, Users
from appv2.web.parameters import expect_only
from service.errors import Rejected

log = structlog.get_logger()

ATTEMPTS = "10 per minute; 60 per hour"
Page = str | AnyResponse | tuple[str, int]


def blueprint(
    users: Users,
    preferences: Preferences,
    limiter: Limiter,
    disconnect: Callable[[str], None],
) -> Blueprint:
    """Return the account pages; `disconnect` closes the live connections of a user."""
    account = Blueprint("account", __name__, template_folder="templates")

    @account.get("/login")
    def login_page() -> Page:
        return redirect("/") if current_user.is_authenticated else _form(LoginForm())

    @account.post("/login")
    @limiter.limit(ATTEMPTS, key_func=_attempt, deduct_when=_was_refused)
    def login() -> Page:
        form = LoginForm()
        if not form.validate_on_submit():
            return _form(form, "Enter a user and a password."), 400
        user = users.authenticate(form.username.data, form.password.data)
        if user is None:
            log.warning("login_refused", address=get_remote_address())
            return _form(form, "User or password is wrong."), 401
        session.clear()
        session.permanent = True
        login_user(user)
        return redirect(_inside(request.args.get("next", "")))

    @account.post("/logout")
    def logout() -> Page:
        disconnect(current_user.get_id())
        logout_user()
        session.clear()
        return redirect(url_for("account.login_page"))

    @account.get("/api/preferences")
    def read_preferences() -> Response:
        expect_only()
        return jsonify(preferences.of(current_user))

    @account.put("/api/preferences")
    def keep_preferences() -> Response:
        expect_only()
        preferences.keep(current_user, _object())
        return jsonify(preferences.of(current_user))

    return account


def _form(form: LoginForm, refusal: str = "") -> str:
    return render_template("account/login.html", form=form, refusal=refusal)


def _attempt() -> str:
    return f"{get_remote_address()} {request.form.get('username', '').strip().lower()}"


def _was_refused(response: AnyResponse) -> bool:
    return response.status_code in {400, 401}


def _inside(target: str) -> str:
    """Return where to go after the login; never to another site."""
    parts = urlsplit(target)
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if safe else "/"


def _object() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Rejected("invalid_json", "expected a JSON object")
    return sent
