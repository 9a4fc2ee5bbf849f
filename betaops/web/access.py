"""Who may call a route. Every view says it with exactly one of `public`, `tester`, `needs`, `scope`.

    @blueprint.post("/programs/<slug>/enrollments/<id(enr):enrollment_id>/acceptance")
    @needs(policy.DECIDE)
    def accept(slug, enrollment_id): ...

A route without one is refused at run time, and a test walks the URL map.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, overload

View = TypeVar("View", bound=Callable[..., Any])
Kind = Literal["public", "tester", "member", "key"]


@dataclass(frozen=True)
class Access:
    """How a route is guarded. `cookieless`: reads and sets no cookie and needs no CSRF token."""

    kind: Kind
    permission: str | None = None
    cookieless: bool = False


@dataclass(frozen=True)
class Viewer:
    """Who is looking, as far as a page needs to know."""

    kind: Literal["member", "tester", "key", "visitor"] = "visitor"
    id: uuid.UUID | None = None
    name: str = ""
    mail: str = ""
    workspace_id: uuid.UUID | None = None
    workspace_name: str = ""
    role: str = ""
    permissions: frozenset[str] = field(default_factory=frozenset)
    language: str | None = None
    timezone: str = "UTC"
    theme: str = "system"
    density: str = "comfortable"
    #: Endpoints that are open until something is settled; every other leads to the first of them.
    detour: tuple[str, ...] = ()

    def can(self, permission: str) -> bool:
        return permission in self.permissions


VISITOR = Viewer()


@overload
def public(view: View) -> View: ...
@overload
def public(*, cookieless: bool = False) -> Callable[[View], View]: ...
def public(view: View | None = None, *, cookieless: bool = False) -> Any:
    """Anybody."""
    mark = _marked(Access("public", cookieless=cookieless))
    return mark if view is None else mark(view)


def tester(view: View) -> View:
    """A signed-in tester; what they may see is narrowed by the room's queries."""
    return _marked(Access("tester"))(view)


def needs(permission: str) -> Callable[[View], View]:
    """A signed-in member whose role grants `permission`."""
    return _marked(Access("member", str(permission)))


def scope(permission: str) -> Callable[[View], View]:
    """An API key that was given `permission`."""
    return _marked(Access("key", str(permission), cookieless=True))


def _marked(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        if hasattr(view, "access"):
            raise TypeError(f"{view.__name__} says twice who may call it")
        view.access = access  # type: ignore[attr-defined]  # functions carry attributes
        return view

    return mark
