"""The Flask application: one request, one unit of work.

Safe methods get a read-only transaction, others one that is committed when the view returns and
rolled back when an exception passes. Views reach it through `reading()` and `writing()`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import structlog
from flask import Response, current_app, g, redirect, request, session, url_for
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface
from flask_openapi.openapi import OpenAPI
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from betaops.kernel import clock, i18n, payloads
from betaops.kernel.db import scope_to
from betaops.kernel.errors import Forbidden
from betaops.kernel.i18n import gettext as _
from betaops.kernel.work import SYSTEM, Actor, Platform, Work
from betaops.web import converters, idempotency
from betaops.web.access import VISITOR, Access, Viewer
from betaops.web.endpoints import Endpoints, describing

log = structlog.get_logger("request")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Loader = Callable[[Session], Viewer | None]


class Search(NamedTuple):
    """A source of the command palette: `find(session, query, limit)` gives dicts of label, note, url, icon."""

    label: Any
    permission: str
    find: Callable[[Session, str, int], list[dict[str, str]]]


@dataclass
class Unit:
    """The unit of work of the present request; session and work are opened when first asked for."""

    platform: Platform
    is_safe: bool
    session: Session | None = None
    work: Work | None = None
    viewer: Viewer | None = None
    tallies: list[Callable[[Work], None]] = field(default_factory=list)

    def read(self) -> Session:
        if self.session is None:
            self.session = self.platform.database.session(reading=self.is_safe)
        return self.session

    def write(self) -> Work:
        if self.is_safe:
            raise RuntimeError("A GET changes nothing. Tallies go through afterwards().")
        if self.work is None:
            self.work = Work(self.read(), self.platform, _actor(viewer()), clock.now())
        return self.work

    def commit(self) -> None:
        """What was written. What was only read ends with `close`; a GET that would write something fails here."""
        if self.session is not None:
            self.session.flush() if self.is_safe else self.session.commit()

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None


def _unit() -> Unit:
    if "unit" not in g:
        application = cast("Application", current_app)
        g.unit = Unit(application.platform, request.method in SAFE_METHODS)
    return cast(Unit, g.unit)


def reading() -> Session:
    """The session of this request: read-only in a GET, the one of `writing()` otherwise."""
    return _unit().read()


def writing() -> Work:
    """The work of this request, committed after the view returned. Refused in a GET."""
    return _unit().write()


def viewer() -> Viewer:
    """Who is looking; a visitor where nobody is signed in."""
    unit = _unit()
    if unit.viewer is None:
        unit.viewer = VISITOR  # while loading, so that a loader may ask
        unit.viewer = cast("Application", current_app).identify() or VISITOR
    return unit.viewer


def become(new_viewer: Viewer) -> None:
    """Continue this request as somebody else (signing in, signing out)."""
    unit = _unit()
    unit.viewer = new_viewer
    if unit.work is not None:
        unit.work.actor = _actor(new_viewer)


def afterwards(tally: Callable[[Work], None]) -> None:
    """Have `tally` run in a Work of its own once the view has returned; its failure harms nothing.

    For counting on GETs (a page viewed, a link opened), never for what must not be lost.
    """
    _unit().tallies.append(tally)


def _actor(who: Viewer) -> Actor:
    return Actor(who.kind, who.id, who.name)


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie, neither read nor written on cookieless routes (embeds, APIs)."""

    def open_session(self, app: Any, request: Any) -> Any:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Any, session: Any, response: Response) -> None:
        if session or session.accessed:
            super().save_session(app, session, response)

    def should_set_cookie(self, app: Any, session: Any) -> bool:
        return not _is_cookieless() and super().should_set_cookie(app, session)


def _access() -> Access | None:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "access", None)


def _is_cookieless() -> bool:
    access = _access()
    return access is not None and access.cookieless


#: How deep a body may nest; orjson, which writes it, bears 254.
DEEPEST = 100


class Json(DefaultJSONProvider):
    """How bodies are read: 9.0 is as good an integer as 9 (JSON has one kind of number), and what no database takes
    (NUL, half a pair of surrogates) becomes the replacement character; a whole number beyond 64 bits is as near as a
    float comes. `ValueError`, which Flask answers with 400, for what is no JSON in UTF-8, for numbers beyond any float,
    and for what nests deeper than anything here."""

    def loads(self, s: str | bytes, **options: Any) -> Any:
        text = s if isinstance(s, str) else s.decode()
        try:
            read = super().loads(
                text, parse_float=_number, parse_int=_whole, parse_constant=_no_number, **options
            )
            payloads.check_depth(read, DEEPEST)
        except (RecursionError, payloads.Unreadable) as error:
            raise ValueError("nested too deep") from error
        return payloads.without_nul(read, "\ufffd") if "\\u" in text else read


def _whole(text: str) -> float:
    value = _number(text) if len(text) > len(str(-(1 << 63))) else int(text)
    return value if -(1 << 63) <= value < 1 << 63 else float(value)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is beyond any number")
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


class Application(OpenAPI):
    """Flask with a unit of work and access control around every view."""

    session_interface = Sessions()
    json_provider_class = Json
    url_rule_class = converters.Rule

    def __init__(self, platform: Platform, **options: Any) -> None:
        self.platform = platform
        #: Loads the viewer of each kind of route; filled by `betaops.app`.
        self.loaders: dict[str, Loader] = {}
        #: Endpoints of the sign-in page and of the first page, for members and testers.
        self.sign_in_pages: dict[str, str] = {}
        self.first_pages: dict[str, str] = {}
        #: Sources of the command palette, in the order in which it shows them.
        self.searches: list[Search] = []
        #: Called with (work, viewer, permission) when a member or key lacks one.
        self.when_forbidden: Callable[[Work, Viewer, str], None] | None = None
        self.csrf = CSRFProtect()
        self._described: list[Endpoints] = []
        super().__init__("betaops", static_folder=None, doc_ui=False, **options)
        self.openapi_version = "3.1.0"

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view or hook of ours is a coroutine; Flask would look at each of them anew in every request."""
        return func

    def register_endpoints(self, endpoints: Endpoints) -> None:
        """Blueprints of the API: theirs is what `api_doc` describes."""
        self._described.append(endpoints)
        self.register_blueprint(endpoints)

    @property
    def api_doc(self) -> dict[str, Any]:
        """The OpenAPI document. Made when it is first asked for, in half a second, and kept."""
        with describing:
            return cast(dict[str, Any], super().api_doc)

    def generate_spec_json(self) -> None:
        for each in self._described:
            each.describe()
            self.tags += [tag for tag in each.tags if tag.name not in self.tag_names]
            self.tag_names += [tag.name for tag in each.tags]
            self.paths.update(each.paths)
            self.components_schemas.update(each.components_schemas)
        super().generate_spec_json()  # type: ignore[no-untyped-call]  # theirs has no types

    def identify(self) -> Viewer | None:
        """The viewer for the present route: of its own kind, or on public routes of any kind with a cookie."""
        access = _access()
        if access is None or (access.kind == "public" and access.cookieless):
            return None
        kinds = ("member", "tester") if access.kind == "public" else (access.kind,)
        for kind in kinds:
            found = self.loaders[kind](reading()) if kind in self.loaders else None
            if found is not None:
                if access.kind != "public":
                    scope_to(reading(), found.workspace_id)
                return found
        return None

    def dispatch_request(self) -> Response:
        """Flask's, inside one unit of work."""
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        unit = _unit()
        with i18n.speaking(self._language()):
            try:
                response = self._refuse_strangers() or self._answer()
                unit.commit()
            finally:
                unit.close()
            self._run_tallies(unit)
        return response

    def _answer(self) -> Response:
        if request.method in SAFE_METHODS or (access := _access()) is None or access.kind != "key":
            return self.make_response(super().dispatch_request())
        return idempotency.once(
            writing(), lambda: self.make_response(super(Application, self).dispatch_request())
        )

    def _refuse_strangers(self) -> Response | None:
        access = _access()
        if request.method == "OPTIONS":
            return None
        if access is None:
            raise Forbidden("unclassified", _("Nobody may do this."))
        if request.method not in SAFE_METHODS and not access.cookieless:
            self.csrf.protect()
        if access.kind == "public":
            return None
        who = viewer()
        if who.kind != access.kind:
            return self._ask_to_sign_in(access)
        if who.detour and request.endpoint not in who.detour:
            return cast(Response, redirect(url_for(who.detour[0]), 303))
        if access.permission is not None and not who.can(access.permission):
            if self.when_forbidden is not None:
                hook, permission = self.when_forbidden, access.permission
                # On SQLite this request's own transaction would keep the tally's from beginning.
                _unit().close()
                self._run_tally(lambda work: hook(work, who, permission))
            raise Forbidden(message=_("Your role does not allow this."), permission=access.permission)
        return None

    def _ask_to_sign_in(self, access: Access) -> Response:
        if access.kind == "key":
            from betaops.web.errors import problem

            response = problem(401, "unauthorized", _("Send a valid API key as “Authorization: Bearer …”."))
            response.headers["WWW-Authenticate"] = 'Bearer realm="betaops"'
            return response
        if request.headers.get("X-Requested-With") == "fetch":
            return Response(status=401)
        here = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
        return cast(Response, redirect(url_for(self.sign_in_pages[access.kind], next=here), 303))

    def _language(self) -> str:
        stored = None if _is_cookieless() else session.get("language")
        return stored or i18n.choose(request.headers.get("Accept-Language"))

    def _run_tallies(self, unit: Unit) -> None:
        for tally in unit.tallies:
            self._run_tally(tally)

    def _run_tally(self, tally: Callable[[Work], None]) -> None:
        try:
            with self.platform.database.hastily_writing(viewer().workspace_id) as db_session:
                tally(
                    Work(
                        db_session, self.platform, _actor(viewer()) if _unit().viewer else SYSTEM, clock.now()
                    )
                )
        except OperationalError:  # somebody else is writing, or the database is away
            log.info("tally_missed")
        except Exception:  # a count that is lost must not cost the page
            log.warning("tally_failed", exc_info=True)
