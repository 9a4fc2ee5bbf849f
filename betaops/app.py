"""Puts the application together."""

from flask_openapi.models.info import Info

from betaops import wiring
from betaops.kernel.loading import keeping_all
from betaops.kernel.settings import Settings
from betaops.kernel.work import Platform
from betaops.web import alike, converters, errors, headers, journal, limits, templating
from betaops.web.application import Application
from betaops.web.proxies import behind_proxies

LARGEST_BODY_BYTES = 12 * 1024 * 1024
LARGEST_FORM_FIELD_BYTES = 2 * 1024 * 1024


@keeping_all()
def create_app(settings: Settings, platform: Platform | None = None) -> Application:
    """The WSGI application for `settings`; `platform` where the process already has one open."""
    wiring.connect()
    app = Application(
        platform or Platform.open(settings),
        info=Info(title="betaops", version="1", description="Beta and pilot programs."),
        security_schemes={"key": {"type": "http", "scheme": "bearer"}},
        validation_error_callback=errors.invalid_body,
        validation_error_status=422,
        template_folder=str(wiring.ROOT / "templates"),
    )
    _configure(app, settings)
    app.url_map.converters["id"] = converters.IdConverter
    journal.register(app)
    errors.register(app)
    headers.register(app, settings)
    limits.register(app, settings)
    alike.register(app)
    templating.register(app, settings)
    app.csrf.init_app(app)
    wiring.register(app)
    app.wsgi_app = behind_proxies(app.wsgi_app, settings)  # type: ignore[method-assign]  # WSGI middleware
    return app


def _configure(app: Application, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.former_secret_keys),
        SESSION_COOKIE_NAME="__Host-betaops" if settings.is_secure else "betaops",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=LARGEST_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM_FIELD_BYTES,
        # The unit of work decides which routes need a token.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
