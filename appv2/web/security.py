"""Set what keeps sessions and pages safe: cookies, CSRF, content security policy, rate limits."""

from typing import Any, Final

from flask import Flask, redirect, request, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from appv2.web.account.users import User, Users
from appv2.web.assets import content_hash, import_map
from service.errors import Rejected

OPEN: Final = frozenset(
    {"account.login_page", "account.login", "assets.static_file", "health.health"}
)
SESSION_S: Final = 14 * 24 * 3600
CHART_LOGO_STYLE: Final = "'sha256-3pRED1tOXas1FXFoPb9TGCjmYe9XQsmO9OV23khV2nY='"
"""The one style element that lightweight-charts 5.2.1 adds, for its attribution logo."""


class CookieSession(SecureCookieSessionInterface):
    """Mark the session's cookie as secure when the browser came by https.

    AppV2 listens on loopback without TLS: what it is told of https is a proxy's word on the same
    machine. Somebody else who says it only keeps a cookie of his own from plain http.
    """

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's interface
        """Tell whether the cookie may travel by https alone."""
        return request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"


def policy() -> dict[str, str]:
    """Return the content security policy: nothing from elsewhere, one inline script by hash."""
    return {
        "default-src": "'self'",
        "script-src": f"'self' {content_hash(import_map())}",
        "style-src": f"'self' {CHART_LOGO_STYLE}",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def protect(app: Flask, secret_key: str) -> Limiter:
    """Set cookies, CSRF and headers; return the limiter for routes that need one."""
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME="tickstock",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_S,
        MAX_CONTENT_LENGTH=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI="memory://",
    )
    app.session_interface = CookieSession()
    CSRFProtect(app)
    Talisman(
        app,
        force_https=False,
        session_cookie_secure=False,
        strict_transport_security=False,
        content_security_policy=policy(),
        content_security_policy_nonce_in=[],
        frame_options="DENY",
        referrer_policy="same-origin",
    )
    return Limiter(get_remote_address, app=app, storage_uri="memory://")


def refuse_nul_characters(app: Flask) -> None:
    """Refuse what PostgreSQL cannot hold in a text before any query sees it."""

    def refuse() -> None:
        sent = [*request.args.values(), *(request.view_args or {}).values()]
        sent += request.form.values()
        if any("\0" in str(value) for value in sent):
            raise Rejected("invalid_text", "expected text without NUL characters", 422)

    app.before_request(refuse)


def require_login(app: Flask, users: Users) -> None:
    """Let Flask-Login find the user of a session, and refuse everybody else all but OPEN.

    JSON calls get 401, pages lead to the login.
    """
    login: Any = LoginManager(app)
    login.session_protection = "basic"

    def load(session_id: str) -> User | None:
        return users.remembered(session_id)

    def refuse() -> AnyResponse | None:
        if request.endpoint in OPEN or request.endpoint is None or current_user.is_authenticated:
            return None
        if request.path.startswith("/api/"):
            raise Rejected("login_required", "log in at /login", 401)
        return redirect(url_for("account.login_page", next=request.full_path.rstrip("?")))

    login.user_loader(load)
    app.before_request(refuse)
