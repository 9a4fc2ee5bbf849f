"""What callers send about cohorts, and what they get."""

from datetime import datetime
from typing import Any

from pydantic import Field

from betaops.cohorts.models import Cause, Cohort, Kind
from betaops.kernel import ids
from betaops.web.api import Body, Bool, Int, Shown, Text, path_id

RULE = (
    "A tree: `{all: […]}`, `{any: […]}`, `{not: …}`, or one condition "
    '`{"fact": "attribute.plan", "operator": "is", "value": "pro"}`. Facts are `attribute.…`, `answer.…`, '
    "`enrollment.…`, `agreement.…`, `trait.…`, `tester.…`; `usage.<event>`, `feedback.<kind>` and "
    "`task.completed`, `task.blocked` or `task.opted_out`, of one task `task.completed.tsk_…`, take counts, "
    'with `"days": 7` of the last seven days; `cohort.coh_…` takes `is_in` and `is_not_in`; `sample.<seed>` '
    "takes `at_most` a percentage, and a bare `sample` gets a seed."
)


class InProgram(Shown):
    program_id: path_id("prg") = Field(description="`prg_…`")  # type: ignore[valid-type]  # a type made by a function


class OfCohort(Shown):
    cohort_id: path_id("coh") = Field(description="`coh_…`")  # type: ignore[valid-type]  # a type made by a function


class NewCohort(Body):
    """With a rule, people come and go by it; without, they are picked by hand."""

    name: Text = Field(min_length=1, max_length=120, pattern=r"\S")
    description: Text = Field("", max_length=2_000)
    rule: dict[str, Any] | None = Field(None, description=RULE)


class CohortChange(Body):
    """What is to be different; what is left out stays."""

    name: Text | None = Field(None, min_length=1, max_length=120, pattern=r"\S")
    description: Text | None = Field(None, max_length=2_000)
    rule: dict[str, Any] | None = Field(None, description=RULE)
    version: Int | None = Field(
        None, ge=1, le=2**31 - 1, description="Refused (409) when it is not the newest"
    )


class Asked(Body):
    rule: dict[str, Any] = Field(description=RULE)


class ConditionCount(Shown):
    condition: dict[str, Any]
    people: int


class ShownPreview(Shown):
    """What a rule would come to, among the newest people of the program."""

    looked_at: int
    matching: int
    passing: list[ConditionCount] = Field(description="How many pass each condition by itself")
    emptied_by: dict[str, Any] | None = Field(description="The part behind which nobody is left")


class Picked(Body):
    """People by `tst_…`; one that is not of the program refuses all."""

    testers: list[Text] = Field(min_length=1, max_length=1_000)

    def ids(self) -> list[Any]:
        return [ids.decode("tst", text) for text in self.testers]


class Listed(Body):
    """People by mail address, `tst_…`, or an id that the product uses."""

    entries: list[Text] = Field(min_length=1, max_length=1_000)


class ShownTaken(Shown):
    """What became of a list: numbers of people, and under `named` the entries of whom nothing came."""

    added: int
    already: int
    kept_out: int
    elsewhere: int
    unknown: int
    named: dict[str, list[str]]


class NewExceptions(Picked):
    is_in: Bool = Field(description="Always in, or never")
    reason: Text = Field("", max_length=500)


class ShownException(Shown):
    tester: str
    name: str
    mail: str
    is_in: bool
    reason: str
    at: datetime
    who: str


class ExceptionList(Shown):
    items: list[ShownException]
    next: str | None


class NewCompanies(Body):
    companies: list[Text] = Field(min_length=1, max_length=1_000)
    attribute: Text = Field(
        "company", min_length=1, max_length=120, description="The attribute that names a tester's company"
    )


class GoneCompanies(Body):
    """By `coy_…`."""

    companies: list[Text] = Field(min_length=1, max_length=1_000)

    def ids(self) -> list[Any]:
        return [ids.decode("coy", text) for text in self.companies]


class ShownCompany(Shown):
    id: str
    name: str
    attribute: str
    at: datetime
    who: str


class CompanyList(Shown):
    items: list[ShownCompany]
    next: str | None


class NewSnapshot(Body):
    name: Text = Field(min_length=1, max_length=120, pattern=r"\S")


class Tally(Shown):
    changed: int


class ShownCohort(Shown):
    id: str
    program: str
    number: int = Field(description="What flags and SDKs call it")
    name: str
    description: str
    kind: Kind
    rule: dict[str, Any] | None
    size: int
    created_at: datetime
    version: int

    @classmethod
    def of(cls, row: Cohort, size: int) -> "ShownCohort":
        return cls(
            id=ids.encode("coh", row.id),
            program=ids.encode("prg", row.program_id),
            number=row.number,
            name=row.name,
            description=row.description,
            kind=row.kind,
            rule=row.rule,
            size=size,
            created_at=row.created_at,
            version=row.version,
        )


class CohortList(Shown):
    items: list[ShownCohort]
    next: str | None


class ShownMember(Shown):
    tester: str
    name: str
    mail: str
    state: str
    since: datetime


class MemberList(Shown):
    items: list[ShownMember]
    next: str | None


class ShownChange(Shown):
    """Somebody came in or went out. `facts` are those that decided, where a rule did."""

    tester: str
    is_in: bool
    at: datetime
    cause: Cause
    facts: list[str]
    note: str
    who: str


class ChangeList(Shown):
    items: list[ShownChange]
    next: str | None
