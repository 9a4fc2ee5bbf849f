"""What rooms above put on enrollment's pages. `wiring` hands the functions in once, with `provide`.

Each takes the session of the page and the row it is about, and is called on every view: one or two
indexed queries, no writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from betaops.enrollment.models import Enrollment, Tester
from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One thing asked of a tester now; the portal shows the three most pressing."""

    title: str
    url: str
    verb: str
    minutes: int | None = None
    text: str = ""
    due_on: date | None = None
    icon: str = "message-square-text"
    is_urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that a tester's input changed."""

    at: datetime
    title: str
    text: str = ""
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One number about a tester (“surveys answered”, 3); `note` says of how many or since when."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A filter of the testers list that only a room above can answer (cohorts)."""

    #: The name in the address, and in `Column.key`.
    name: str
    label: str
    options: Callable[[Session, Program], Sequence[tuple[str, str]]]
    #: Narrows a select over `Enrollment` joined with `Tester` to one option.
    narrow: Callable[[Select[Any], str], Select[Any]]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the testers list: text for each of the testers on the page, by tester id."""

    key: str
    label: str
    values: Callable[[Session, Program, Sequence[UUID]], dict[UUID, str]]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a tester's timeline."""

    at: datetime
    text: str
    icon: str = "circle-dot"
    actor: str = ""
    note: str = ""
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class Link:
    """A line on a tester's page that leads into a room above (their flags, their answers)."""

    label: str
    url: str
    count: int | None = None


@dataclass
class Provided:
    """Everything handed in; empty until `provide`."""

    asks: Sequence[Callable[[Session, Enrollment], Sequence[Ask]]] = ()
    changes: Sequence[Callable[[Session, Enrollment], Sequence[Change]]] = ()
    facts: Sequence[Callable[[Session, Enrollment], Sequence[Fact]]] = ()
    #: Where a tester reports something: address for a program's slug.
    report_url: Callable[[str], str] | None = None
    #: Where a tester says which mails they want: address for a tester.
    preferences_url: Callable[[Session, Tester], str] | None = None
    #: Lines under the program's name in the portal.
    tabs: Sequence[Callable[[Enrollment], Sequence[Link]]] = ()
    filters: Sequence[Filter] = ()
    columns: Sequence[Column] = ()
    timeline: Sequence[Callable[[Session, Enrollment], Sequence[Entry]]] = ()
    links: Sequence[Callable[[Session, Enrollment], Sequence[Link]]] = ()
    #: By name: everything a room holds about a tester, as plain JSON values, for their own export.
    data: Sequence[tuple[str, Callable[[Session, Tester], Any]]] = ()


provided = Provided()


def provide(**functions: Any) -> None:
    """Replace what is provided; saying the same twice changes nothing."""
    for name, value in functions.items():
        if name not in Provided.__dataclass_fields__:
            raise TypeError(f"enrollment asks for no {name!r}")
        setattr(provided, name, value)


def tabs(place: Enrollment, home: str, here: str) -> list[dict[str, Any]]:
    """The line under the program's name for the portal's layout: home, then what rooms above add; `here` is current."""
    links = [Link(label=_("Home"), url=home)]
    links += [link for lines in provided.tabs for link in lines(place)]
    if len(links) == 1:
        return []
    return [{"label": link.label, "url": link.url, "current": link.url == here} for link in links]
