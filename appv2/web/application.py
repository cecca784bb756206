"""Put the pages together."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from appv2.adapters.producer import ProducerApi
from appv2.web import assets, refusals, security
from appv2.web.account import views as account
from appv2.web.account.users import Preferences, Users
from appv2.web.charts import views as charts
from appv2.web.charts.history import BarHistory
from appv2.web.flow import views as flow
from appv2.web.flow.trace import FlowTrace
from appv2.web.health import views as health
from appv2.web.health.report import HealthReport
from appv2.web.scanner import views as scanner


@dataclass(frozen=True, slots=True)
class Parts:
    """Hold what the pages read from; `disconnect` closes a user's live connections."""

    users: Users
    preferences: Preferences
    scanner: scanner.Scanner
    bars: BarHistory
    flow: FlowTrace
    health: HealthReport
    producer: ProducerApi
    disconnect: Callable[[str], None]


def create() -> Flask:
    """Return an application without pages."""
    app = Flask("appv2", static_folder=None, template_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined] # the default provider has it
    return app


def add_pages(app: Flask, parts: Parts, secret_key: str) -> None:
    """Attach every page and what protects them."""
    limiter = security.protect(app, secret_key)
    security.require_login(app, parts.users)
    security.refuse_nul_characters(app)
    refusals.register(app)
    app.register_blueprint(assets.blueprint())
    app.register_blueprint(
        account.blueprint(parts.users, parts.preferences, limiter, parts.disconnect)
    )
    app.register_blueprint(scanner.blueprint(parts.scanner))
    app.register_blueprint(charts.blueprint(parts.bars))
    app.register_blueprint(flow.blueprint(parts.flow))
    app.register_blueprint(health.blueprint(parts.health, parts.producer))
