"""What rooms above hand down to rooms below, which know only the shape of it: the tables, and the handing."""

from collections.abc import Callable
from typing import Any

from betaops.cohorts import providers as cohort_providers
from betaops.cohorts import uses as cohort_uses
from betaops.enrollment import providers
from betaops.flags import guardrails, promotion
from betaops.flags import internal as internal_flags
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.programs import starting
from betaops.tasks import findings
from betaops.usage import readers as usage_readers
from betaops.wiring.naming import named

#: What rooms above put on enrollment's pages, by the field of `enrollment.providers.Provided`.
PROVIDED: dict[str, tuple[str, ...]] = {
    "filters": ("cohorts.provided:FILTER", "readiness.provided:SILENT", "readiness.provided:DOING"),
    "columns": ("cohorts.provided:COLUMN",),
    "asks": ("surveys.provided:asks", "tasks.provided:asks", "feedback.provided:asks", "flags.provided:asks"),
    "changes": ("feedback.provided:changes", "readiness.provided:changes"),
    "facts": (
        "surveys.provided:facts",
        "usage.provided:facts",
        "tasks.provided:facts",
        "feedback.provided:facts",
    ),
    "tabs": (
        "tasks.provided:tabs",
        "feedback.provided:tabs",
        "flags.provided:tabs",
        "readiness.provided:tabs",
    ),
    "timeline": (
        "cohorts.provided:timeline",
        "surveys.provided:timeline",
        "usage.provided:timeline",
        "tasks.provided:timeline",
        "feedback.provided:timeline",
    ),
    "links": (
        "cohorts.provided:links",
        "surveys.provided:links",
        "flags.provided:links",
        "usage.provided:links",
        "tasks.provided:links",
        "feedback.provided:links",
    ),
}
#: The fields that hold one function.
PROVIDED_ALONE: dict[str, str] = {
    "preferences_url": "messaging.provided:preferences_url",
    "report_url": "feedback.provided:report_url",
}
#: By name: what each room holds about a tester, for their own export.
PROVIDED_DATA: dict[str, str] = {
    "builds": "usage.provided:builds",
    "cohorts": "cohorts.provided:data",
    "feedback": "feedback.provided:data",
    "flags": "flags.provided:data",
    "mails": "messaging.provided:data",
    "quotes": "readiness.provided:quotes",
    "readiness": "readiness.provided:data",
    "surveys": "surveys.provided:data",
    "tasks": "tasks.provided:data",
    "usage": "usage.provided:data",
}

#: What a cohort that goes would break: "module:function" of (session, cohort) to names.
COHORT_USERS: tuple[str, ...] = (
    "cohorts.queries:readers_of",
    "flags.queries:users_of_cohort",
    "surveys.queries:users_of_cohort",
    "tasks.queries:users_of_cohort",
    "readiness.provided:users_of_cohort",
)

#: Facts that cohort rules read and only a room above knows, by source: a `cohorts.providers.Provider` each.
COHORT_FACTS: dict[str, str] = {
    "usage": "usage.queries:doings",
    "feedback": "feedback.queries:doings",
    "task": "tasks.queries:doings",
}

#: What people call facts (`cohorts.providers.Namer`), and names of a source that were seen.
COHORT_NAMES: tuple[str, ...] = ("surveys.queries:trait_names", "tasks.queries:names")
COHORT_SUGGESTIONS: dict[str, str] = {"usage": "usage.queries:names_seen"}

#: (event's name in the product, who understands it: "module:function" of a `usage.readers.Reader`, whether it takes
#: proof where the product wants any: a choice under somebody's id, or what is known of a company, is not a stranger's).
USAGE_READERS: tuple[tuple[str, str, bool], ...] = (
    ("$feature_enrollment_update", "flags.service:read_update", True),
    ("$groupidentify", "flags.handlers:group_identified", True),
    ("survey shown", "surveys.readers:shown", False),
    ("survey dismissed", "surveys.readers:dismissed", False),
    ("survey sent", "surveys.readers:sent", False),
)

#: The same for who only remembers that it happened (`usage.readers.register_noter`).
USAGE_NOTERS: tuple[tuple[str, str], ...] = (("$feature_flag_called", "flags.service:note_exposure"),)

#: What may stand in the way of a feature's next stage: "module:function" of a `flags.promotion.Gate`.
PROMOTION_GATES: tuple[str, ...] = ("flags.provided:promotion_gate", "readiness.provided:promotion_gate")

#: What is done when a program starts, in the same transaction: "module:function" of a `starting.Step`.
AT_START: tuple[str, ...] = ("readiness.service:seal",)

#: What guardrails of flags can measure: (name, label, unit, "module:function" of a `guardrails.Measure`, of an event).
GUARDRAILS: tuple[tuple[str, Any, Any, str, bool], ...] = (
    ("new_blockers", _l("New blocker reports"), "", "feedback.provided:new_blockers", False),
    ("people_with_event", _l("Share of active people with the event"), "%", "usage.provided:people_with_event", True),
    ("events_per_person", _l("Events per active person"), "", "usage.provided:events_per_person", True),
    ("events", _l("Events in all"), "", "usage.provided:events", True),
)  # fmt: skip

#: What rooms above found out about a task: "module:function" of a `tasks.findings.Finder`.
TASK_FINDERS: tuple[str, ...] = ("feedback.provided:of_task",)

#: Flags that rooms need for themselves: "module:function" of (session, product id) to definitions.
INTERNAL_FLAGS: tuple[str, ...] = ("surveys.queries:targeting",)


def hand_down(find: Callable[[str], Any] = named) -> None:
    """For every process: what rules, flags and events are understood by. `find` gives what stands at a path."""
    for users in COHORT_USERS:
        cohort_uses.register(find(users))
    for name, label, unit, measure, takes_event in GUARDRAILS:
        guardrails.register(name, label, unit, find(measure), takes_event=takes_event)
    for source, provider in COHORT_FACTS.items():
        cohort_providers.register(source, find(provider))
    for namer in COHORT_NAMES:
        cohort_providers.name_with(find(namer))
    for source, seen in COHORT_SUGGESTIONS.items():
        cohort_providers.suggest_with(source, find(seen))
    for event_name, reader, needs_proof in USAGE_READERS:
        usage_readers.register(event_name, find(reader), needs_proof=needs_proof)
    for event_name, noter in USAGE_NOTERS:
        usage_readers.register_noter(event_name, find(noter))
    for gate in PROMOTION_GATES:
        promotion.register(find(gate))
    for finder in TASK_FINDERS:
        findings.register(find(finder))
    for step in AT_START:
        starting.register(find(step))
    for provider in INTERNAL_FLAGS:
        internal_flags.register(find(provider))


def provide_pages() -> None:
    """For processes with pages: what stands on those of enrollment."""
    providers.provide(
        **{name: tuple(map(named, paths)) for name, paths in PROVIDED.items()},
        **{name: named(path) for name, path in PROVIDED_ALONE.items()},
    )


def provide_data() -> None:
    """What each room keeps of a person, for their copy of it: for pages and for commands."""
    providers.provide(data=tuple((name, named(path)) for name, path in PROVIDED_DATA.items()))
