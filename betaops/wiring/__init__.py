"""The tables that connect the rooms: models, events, jobs, blueprints, samples; places in `navigation`.

The only module that imports rooms' edges. A new feature is a line or two here; removing it, the same.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from betaops.accounts import activity
from betaops.kernel import jobs, outbox
from betaops.kernel.i18n import lazy_gettext as _l
from betaops.kernel.work import Platform
from betaops.wiring import handed
from betaops.wiring.naming import later, named, short

if TYPE_CHECKING:
    from betaops.web.application import Application

ROOT = Path(__file__).parent.parent.parent

ROOMS = (
    "accounts", "programs", "enrollment", "cohorts", "flags", "usage", "surveys", "tasks", "feedback",
    "messaging", "integrations", "readiness",
)  # fmt: skip

MODELS = (
    *(f"betaops.kernel.{name}" for name in ("events", "idempotency", "jobs", "mail")),
    *(f"betaops.{room}.models" for room in ROOMS),
)

#: Modules with a `blueprint`, in the order of the graph.
BLUEPRINTS: tuple[str, ...] = (
    *(
        f"betaops.web.{name}"
        for name in ("appearance", "assets", "openapi", "operations", "search", "start", "style")
    ),
    "betaops.accounts.api",
    "betaops.accounts.views",
    "betaops.programs.api",
    "betaops.programs.views.agreements",
    "betaops.programs.views.products",
    "betaops.programs.views.programs",
    "betaops.programs.views.settings",
    "betaops.enrollment.api",
    "betaops.enrollment.portal.doors",
    "betaops.enrollment.portal.home",
    "betaops.enrollment.portal.join",
    "betaops.enrollment.portal.mine",
    "betaops.enrollment.views.arriving",
    "betaops.enrollment.views.person",
    "betaops.enrollment.views.testers",
    "betaops.cohorts.api",
    "betaops.cohorts.views",
    "betaops.flags.api",
    "betaops.flags.portal",
    "betaops.flags.views",
    "betaops.tasks.api",
    "betaops.tasks.portal",
    "betaops.tasks.views",
    "betaops.feedback.api",
    "betaops.feedback.portal",
    "betaops.feedback.views",
    "betaops.messaging.portal",
    "betaops.messaging.views.announcements",
    "betaops.messaging.views.outbox",
    "betaops.surveys.api",
    "betaops.surveys.endpoints",
    "betaops.surveys.portal",
    "betaops.surveys.views",
    "betaops.usage.endpoints",
    "betaops.usage.views",
    "betaops.integrations.api",
    "betaops.integrations.views",
    "betaops.readiness.api",
    "betaops.readiness.portal.handed_out",
    "betaops.readiness.portal.receipts",
    "betaops.readiness.views",
    "betaops.readiness.views.overview",
    "betaops.readiness.views.portfolio",
)

#: How each kind of viewer is known: "module:function" of (session) to Viewer or None, sign-in page, first page.
VIEWERS: dict[str, tuple[str, str | None, str | None]] = {
    "member": ("accounts.viewers:member", "accounts.sign_in", "overview.latest"),
    "tester": ("enrollment.viewers:tester", "portal_doors.sign_in", "portal.home"),
    "key": ("accounts.viewers:key", None, None),
}

#: A place in a program changes hands: cohorts look again.
_SEATS = tuple(
    f"enrollment.events:Enrollment{what}"
    for what in (
        "Applied",
        "Waitlisted",
        "Accepted",
        "Activated",
        "Declined",
        "Completed",
        "Withdrawn",
        "Removed",
    )
)

#: What expectations are judged by: they are read again soon.
_EVIDENCE = (
    "enrollment.events:EnrollmentAccepted", "enrollment.events:EnrollmentActivated",
    "enrollment.events:EnrollmentCompleted", "enrollment.events:EnrollmentRemoved",
    "enrollment.events:EnrollmentWithdrawn", "enrollment.events:TestersImported", "feedback.events:FixChecked",
    "feedback.events:ReportAmended", "feedback.events:ReportMerged", "feedback.events:ReportReceived",
    "feedback.events:ReportStateChanged", "feedback.events:ReportVoted", "feedback.events:VoteWithdrawn",
    "programs.events:PhaseChanged", "surveys.events:AnonymousAnswersTold",
    "surveys.events:ResponseWithdrawn", "surveys.events:SurveyAnswered",
    "tasks.events:OutcomeRecorded", "tasks.events:TaskMovedOn",
)  # fmt: skip

#: What the dashboard of a program's reports counts.
_REPORTS = tuple(
    f"feedback.events:{what}"
    for what in ("OutcomeTold", "ReportAmended", "ReportMerged", "ReportReceived", "ReportReplied",
                 "ReportStateChanged", "ReportsTagged", "ReportVoted", "VoteWithdrawn")
)  # fmt: skip

#: (event, handler), as "room.events:Class" and "room.handlers:function".
SUBSCRIPTIONS: tuple[tuple[str, str], ...] = (
    ("accounts.events:PasswordChanged", "accounts.handlers:tell_password_changed"),
    ("accounts.events:SecondFactorChanged", "accounts.handlers:tell_factor_changed"),
    *((event, "cohorts.handlers:refresh_enrolled") for event in _SEATS),
    ("enrollment.events:IdentityLinked", "cohorts.handlers:refresh_changed"),
    ("enrollment.events:IdentityLinked", "flags.handlers:adopt"),
    ("enrollment.events:IdentityLinked", "usage.handlers:adopt"),
    ("enrollment.events:TesterChanged", "cohorts.handlers:refresh_changed"),
    ("enrollment.events:TestersImported", "cohorts.handlers:refresh_imported"),
    ("enrollment.events:AgreementSigned", "cohorts.handlers:refresh_signed"),
    ("programs.events:AgreementPublished", "cohorts.handlers:refresh_published"),
    ("feedback.events:ReportReceived", "feedback.handlers:count_reporter"),
    ("feedback.events:ReportAmended", "feedback.handlers:count_reporter"),
    *((event, "feedback.handlers:count_soon") for event in _REPORTS),
    ("enrollment.events:AgreementSigned", "enrollment.handlers:send_copy"),
    ("programs.events:CapacityRaised", "enrollment.handlers:offer_seats"),
    ("programs.events:PhaseChanged", "enrollment.handlers:follow_phase"),
    ("enrollment.events:TesterErased", "cohorts.handlers:forget_person"),
    ("enrollment.events:TesterErased", "feedback.handlers:forget_person"),
    ("feedback.events:ReportAmended", "feedback.handlers:warn_guardrails"),
    ("feedback.events:ReportReceived", "feedback.handlers:warn_guardrails"),
    ("tasks.events:OutcomeRecorded", "tasks.handlers:count_outcome"),
    ("flags.events:GuardrailBroken", "flags.handlers:tell_broken"),
    ("enrollment.events:EnrollmentAccepted", "messaging.handlers:welcome"),
    ("enrollment.events:EnrollmentDeclined", "messaging.handlers:declined"),
    ("enrollment.events:EnrollmentWaitlisted", "messaging.handlers:waitlisted"),
    ("enrollment.events:TesterErased", "messaging.handlers:forget_person"),
    ("feedback.events:OutcomeTold", "messaging.handlers:outcome"),
    ("feedback.events:ReportMerged", "messaging.handlers:merged"),
    ("feedback.events:ReportReceived", "messaging.handlers:received"),
    ("feedback.events:ReportReplied", "messaging.handlers:replied"),
    ("feedback.events:ReportStateChanged", "messaging.handlers:outcome"),
    ("integrations.events:WebhookGivenUp", "integrations.handlers:tell_given_up"),
    ("surveys.events:ResponseWithdrawn", "integrations.handlers:tell_response"),
    ("surveys.events:SurveyAnswered", "integrations.handlers:tell_response"),
    ("tasks.events:OutcomeRecorded", "integrations.handlers:tell_outcome"),
    *((event, "readiness.handlers:read_soon") for event in _EVIDENCE),
    ("enrollment.events:TesterErased", "readiness.handlers:read_all_soon"),
    ("enrollment.events:TesterErased", "readiness.handlers:recheck_soon"),
    ("readiness.events:DecisionLapsed", "readiness.handlers:tell_lapsed"),
    ("readiness.events:DecisionShaken", "readiness.handlers:tell_shaken"),
    ("readiness.events:ProgramSuspended", "readiness.handlers:tell_suspended"),
    ("enrollment.events:TesterErased", "surveys.handlers:forget_person"),
)

#: Handlers that often have nothing to do: who says so at the event, "module:function" of (session, event).
WANTING: dict[str, str] = {
    "integrations.handlers:tell_outcome": "integrations.queries:wants",
    "integrations.handlers:tell_response": "integrations.queries:wants",
    "readiness.handlers:read_soon": "readiness.queries:is_not_awaited",
}

#: What is done in the transaction of the event itself: (event, handler).
AT_ONCE = frozenset({("enrollment.events:TesterChanged", "cohorts.handlers:refresh_changed")})

#: ("room.jobs:function", is long). The job's name is "room.function".
JOBS: tuple[tuple[str, bool], ...] = (
    ("accounts.jobs:check_audit", True),
    ("accounts.jobs:forget", False),
    ("accounts.jobs:seal_audit", True),
    ("accounts.jobs:send_invitation", False),
    ("accounts.jobs:send_reset", False),
    ("accounts.jobs:send_sign_in_notice", False),
    ("cohorts.jobs:drop_list", False),
    ("cohorts.jobs:refresh_cohort", True),
    ("cohorts.jobs:refresh_tester", False),
    ("cohorts.jobs:sweep", False),
    ("cohorts.jobs:take_list", True),
    ("enrollment.jobs:complete_testers", True),
    ("enrollment.jobs:decide_many", True),
    ("enrollment.jobs:drop_export", False),
    ("enrollment.jobs:export_testers", True),
    ("enrollment.jobs:forget_told", False),
    ("enrollment.jobs:import_testers", True),
    ("enrollment.jobs:mail_confirmation", False),
    ("enrollment.jobs:mail_invitation", False),
    ("enrollment.jobs:mail_sign_in", False),
    ("enrollment.jobs:tidy", False),
    ("feedback.jobs:count", True),
    ("feedback.jobs:count_all", False),
    ("flags.jobs:advance_rollout", False),
    ("flags.jobs:apply_schedule", False),
    ("flags.jobs:check_guardrails", True),
    ("flags.jobs:sweep", False),
    ("integrations.jobs:send_webhook", True),
    ("integrations.posthog:forward_usage", True),
    ("kernel.housekeeping:tidy", False),
    ("kernel.mail:send_mail", True),
    ("surveys.jobs:allot", True),
    ("surveys.jobs:allot_all", False),
    ("surveys.jobs:announce_told", False),
    ("surveys.jobs:begin_placement", True),
    ("surveys.jobs:close_full", False),
    ("surveys.jobs:fold", False),
    ("surveys.jobs:fold_survey", True),
    ("surveys.jobs:drop_export", False),
    ("surveys.jobs:export_responses", True),
    ("surveys.jobs:suggest_themes", True),
    ("surveys.jobs:send_links", True),
    ("surveys.jobs:shuffle_ledger", False),
    ("surveys.jobs:tell_all_positions", False),
    ("surveys.jobs:tell_positions", False),
    ("surveys.jobs:turn", False),
    ("messaging.jobs:remind", True),
    ("messaging.jobs:remind_of_tasks", True),
    ("messaging.jobs:send_campaign", True),
    ("messaging.jobs:tell_outcome", True),
    ("usage.jobs:summarise", True),
    ("readiness.jobs:count", True),
    ("readiness.jobs:drop_dossier", False),
    ("readiness.jobs:read", False),
    ("readiness.jobs:read_all", False),
    ("readiness.jobs:recheck", False),
    ("readiness.jobs:send_receipts", True),
    ("readiness.jobs:sweep_files", True),
    ("readiness.jobs:watch", True),
    ("readiness.jobs:write_file", True),
)

#: Minutes (cron, UTC) at which a job runs by itself.
PERIODIC: tuple[tuple[str, str], ...] = (
    ("* * * * *", "accounts.seal_audit"),
    ("47 * * * *", "accounts.forget"),
    ("*/15 * * * *", "cohorts.sweep"),
    ("* * * * *", "flags.sweep"),
    ("* * * * *", "surveys.fold"),
    ("* * * * *", "surveys.allot_all"),
    ("* * * * *", "surveys.tell_all_positions"),
    ("*/2 * * * *", "integrations.forward_usage"),
    ("37 * * * *", "usage.summarise"),
    ("52 * * * *", "feedback.count_all"),
    ("*/10 * * * *", "enrollment.forget_told"),
    ("41 3 * * *", "enrollment.tidy"),
    ("17 3 * * *", "kernel.tidy"),
    ("10 8 * * *", "messaging.remind"),
    ("25 8 * * *", "messaging.remind_of_tasks"),
    ("7,27,47 * * * *", "readiness.read_all"),
    ("22 * * * *", "readiness.sweep_files"),
    ("*/5 * * * *", "readiness.watch"),
)

#: Modules with `plant(world)`, in the order in which a sample workspace grows.
SAMPLES: tuple[str, ...] = (
    "betaops.accounts.sample",
    "betaops.programs.sample",
    "betaops.enrollment.sample",
    "betaops.surveys.sample",
    "betaops.cohorts.sample",
    "betaops.flags.sample",
    "betaops.flags.sample_exposures",
    "betaops.usage.sample",
    "betaops.tasks.sample",
    "betaops.feedback.sample",
    "betaops.messaging.sample",
    "betaops.readiness.sample",
)

#: WSGI layers in front of the application: "module:function" of (wsgi application, platform).
FRONTS: tuple[str, ...] = ("flags.edge:in_front_of",)

#: The same for what hands on to pages and the API what it does not answer: not for a process without them.
FRONTS_OF_PAGES: tuple[str, ...] = ("surveys.edge:in_front_of",)

#: Sources of the command palette: (label, permission, "module:function").
SEARCHES: tuple[tuple[Any, str, str], ...] = (
    (_l("Testers"), "testers:read", "enrollment.views.searching:find"),
    (_l("Programs"), "programs:read", "programs.views.programs:find"),
    (_l("Flags"), "flags:read", "flags.provided:find"),
    (_l("Surveys"), "surveys:read", "surveys.views.palette:find"),
    (_l("Tasks"), "tasks:read", "tasks.provided:find"),
    (_l("Feedback"), "feedback:read", "feedback.views.palette:find"),
    (_l("Expectations"), "readiness:read", "readiness.provided:find"),
    (_l("Members"), "console:read", "accounts.search:members"),
    (_l("Settings"), "console:read", "accounts.search:pages"),
)


#: Who knows the names behind ids in events, for the audit log: (what, "module:function" of (session, ids) to names).
NAMERS: tuple[tuple[str, str], ...] = (
    ("member", "accounts.queries:names"),
    ("key", "accounts.queries:key_names"),
    ("program", "programs.queries:program_names"),
    ("tester", "enrollment.queries.testers:tester_names"),
)


def load_models() -> None:
    """Fill the metadata; migrations and every process need all tables known."""
    for module in MODELS:
        import_module(module)


@cache
def connect() -> None:
    """Make events, jobs and periodic jobs known to this process; what they call is imported when it is called."""
    load_models()
    for event, handler in SUBSCRIPTIONS:
        wants = later(WANTING[handler]) if handler in WANTING else None
        is_at_once = (event, handler) in AT_ONCE
        outbox.subscribe(named(event), short(handler), later(handler), wants, is_at_once=is_at_once)
    for job, is_long in JOBS:
        jobs.register(short(job), later(job), long=is_long)
    for cron, name in PERIODIC:
        jobs.every(cron, name)
    for what, names in NAMERS:
        activity.name_with(what, later(names))
    handed.hand_down(later)


def register(app: "Application") -> None:
    """Blueprints, viewers and navigation."""
    from betaops.web.application import Search
    from betaops.web.endpoints import Endpoints
    from betaops.wiring.navigation import navigation

    for module in BLUEPRINTS:
        blueprint = import_module(module).blueprint
        (app.register_endpoints if isinstance(blueprint, Endpoints) else app.register_blueprint)(blueprint)
    import_module("betaops.accounts.viewers").register(app)
    app.when_forbidden = named("accounts.handlers:note_forbidden")
    for kind, (loader, sign_in_page, first_page) in VIEWERS.items():
        app.loaders[kind] = named(loader)
        if sign_in_page is not None and first_page is not None:
            app.sign_in_pages[kind], app.first_pages[kind] = sign_in_page, first_page
    app.wsgi_app = in_front(app.wsgi_app, app.platform, FRONTS_OF_PAGES)  # type: ignore[method-assign]  # WSGI middleware
    app.searches = [Search(label, permission, named(find)) for label, permission, find in SEARCHES]
    app.jinja_env.globals["navigation"] = navigation
    handed.provide_pages()
    handed.provide_data()


def in_front(application: Any, platform: Platform, more: tuple[str, ...] = ()) -> Any:
    """`application` (WSGI) with the layers that answer before it; `more` are nearest to it."""
    for front in (*more, *FRONTS):
        application = named(front)(application, platform)
    return application


def plant_sample(platform: Platform) -> dict[str, Any]:
    """The sample workspace, made if missing; what `sample --json` prints."""
    from betaops.accounts import sample

    world = sample.World(platform)
    for module in SAMPLES:
        import_module(module).plant(world)
    return world.facts
