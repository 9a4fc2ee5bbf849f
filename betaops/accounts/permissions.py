"""One table: which role may do what. It feeds decorators, `can()`, API scopes, the roles page and the tests."""

from enum import StrEnum

from betaops.kernel.i18n import lazy_gettext as _l


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    ANALYST = "analyst"
    VIEWER = "viewer"


class Permission(StrEnum):
    """`<what>:<doing>`; API scopes carry the same names."""

    CONSOLE_READ = "console:read"
    PROGRAMS_READ = "programs:read"
    PROGRAMS_WRITE = "programs:write"
    TESTERS_READ = "testers:read"
    TESTERS_WRITE = "testers:write"
    TESTERS_DECIDE = "testers:decide"
    TESTERS_IMPORT = "testers:import"
    COHORTS_READ = "cohorts:read"
    COHORTS_WRITE = "cohorts:write"
    FLAGS_READ = "flags:read"
    FLAGS_WRITE = "flags:write"
    FLAGS_KILL = "flags:kill"
    USAGE_READ = "usage:read"
    SURVEYS_READ = "surveys:read"
    SURVEYS_WRITE = "surveys:write"
    RESPONSES_WRITE = "responses:write"
    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    OUTCOMES_WRITE = "outcomes:write"
    FEEDBACK_READ = "feedback:read"
    FEEDBACK_TRIAGE = "feedback:triage"
    MESSAGES_READ = "messages:read"
    MESSAGES_SEND = "messages:send"
    READINESS_READ = "readiness:read"
    READINESS_WRITE = "readiness:write"
    GATE_WRITE = "gate:write"
    DECISION_SIGN = "decision:sign"
    EXPORT_READ = "export:read"
    AUDIT_READ = "audit:read"
    MEMBERS_MANAGE = "members:manage"
    KEYS_MANAGE = "keys:manage"
    WORKSPACE_MANAGE = "workspace:manage"


P = Permission

_READING = frozenset(
    {
        P.CONSOLE_READ,
        P.PROGRAMS_READ,
        P.TESTERS_READ,
        P.COHORTS_READ,
        P.FLAGS_READ,
        P.USAGE_READ,
        P.SURVEYS_READ,
        P.TASKS_READ,
        P.FEEDBACK_READ,
        P.READINESS_READ,
    }
)
_ANALYSING = _READING | {
    P.EXPORT_READ,
    P.SURVEYS_WRITE,
    P.TASKS_WRITE,
    P.READINESS_WRITE,
    P.FEEDBACK_TRIAGE,
    P.MESSAGES_READ,
}
_MANAGING = _ANALYSING | {
    P.PROGRAMS_WRITE,
    P.TESTERS_WRITE,
    P.TESTERS_DECIDE,
    P.TESTERS_IMPORT,
    P.COHORTS_WRITE,
    P.FLAGS_WRITE,
    P.FLAGS_KILL,
    P.RESPONSES_WRITE,
    P.OUTCOMES_WRITE,
    P.MESSAGES_SEND,
    P.GATE_WRITE,
    P.DECISION_SIGN,
    P.AUDIT_READ,
}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(_MANAGING),
    Role.ANALYST: frozenset(_ANALYSING),
    Role.VIEWER: _READING,
}

#: What an API key may be given: everything but what only a signed-in person should do.
SCOPES: frozenset[Permission] = frozenset(Permission) - {
    P.CONSOLE_READ,
    P.DECISION_SIGN,
    P.MEMBERS_MANAGE,
    P.KEYS_MANAGE,
    P.WORKSPACE_MANAGE,
}

WORDS = {
    P.CONSOLE_READ: _l("Open the console"),
    P.PROGRAMS_READ: _l("See programs and products"),
    P.PROGRAMS_WRITE: _l("Create and change programs and products"),
    P.TESTERS_READ: _l("See testers"),
    P.TESTERS_WRITE: _l("Change testers"),
    P.TESTERS_DECIDE: _l("Accept, decline and remove testers"),
    P.TESTERS_IMPORT: _l("Import and invite testers"),
    P.COHORTS_READ: _l("See cohorts"),
    P.COHORTS_WRITE: _l("Create and change cohorts"),
    P.FLAGS_READ: _l("See flags and who gets them"),
    P.FLAGS_WRITE: _l("Create and change flags"),
    P.FLAGS_KILL: _l("Switch a flag off for everybody"),
    P.USAGE_READ: _l("See usage"),
    P.SURVEYS_READ: _l("See surveys and answers"),
    P.SURVEYS_WRITE: _l("Build and publish surveys"),
    P.RESPONSES_WRITE: _l("Send in answers for testers"),
    P.TASKS_READ: _l("See tasks, their outcomes and builds"),
    P.TASKS_WRITE: _l("Write tasks and release builds"),
    P.OUTCOMES_WRITE: _l("Send in outcomes of tasks for testers"),
    P.FEEDBACK_READ: _l("See feedback"),
    P.FEEDBACK_TRIAGE: _l("Triage, answer and merge feedback"),
    P.MESSAGES_READ: _l("See what was sent"),
    P.MESSAGES_SEND: _l("Write to testers"),
    P.READINESS_READ: _l("See readiness and decisions"),
    P.READINESS_WRITE: _l("Create and change expectations"),
    P.GATE_WRITE: _l("Say who has to sign decisions"),
    P.DECISION_SIGN: _l("Sign go and no-go decisions"),
    P.EXPORT_READ: _l("Export people and answers"),
    P.AUDIT_READ: _l("See the audit log"),
    P.MEMBERS_MANAGE: _l("Invite members and change roles"),
    P.KEYS_MANAGE: _l("Make and revoke API keys"),
    P.WORKSPACE_MANAGE: _l("Change workspace settings"),
}
