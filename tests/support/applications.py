"""The application, made once and given to test after test with another platform.

Making it takes a quarter of a second and its templates are compiled as they are first used; both would be most
of what a test costs.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from betaops import wiring
from betaops.app import create_app
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform
from betaops.web.application import Application
from betaops.web.limits import limiter
from tests.support.browsers import Browser


@dataclass(frozen=True)
class _Made:
    application: Application
    config: dict[str, Any]


_made: dict[Settings, _Made] = {}


def application(platform: Platform) -> Application:
    """One with these settings and the tables as they are; tests that add routes take `new_application`."""
    key = dataclasses.replace(platform.settings, database_url="", instance=Path())
    made = _made.get(key)
    if made is None or platform.settings.trusted_proxies:
        app = new_application(platform)
        _made[key] = _Made(app, dict(app.config))
        return app
    _adopt(made, platform)
    return made.application


def new_application(platform: Platform) -> Application:
    app = create_app(platform.settings, platform)
    app.test_client_class = Browser
    limiter.reset()
    return app


def _adopt(made: _Made, platform: Platform) -> None:
    """What `create_app` does with a platform."""
    app = made.application
    app.platform = platform
    app.config.clear()
    app.config.update(made.config)
    app.jinja_env.globals["settings"] = platform.settings
    app.wsgi_app = Flask.wsgi_app.__get__(app)  # type: ignore[method-assign]
    app.wsgi_app = wiring.in_front(app.wsgi_app, app.platform, wiring.FRONTS_OF_PAGES)  # type: ignore[method-assign]
    limiter.reset()
