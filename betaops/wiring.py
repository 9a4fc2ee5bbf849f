"""The tables that connect the rooms: models, subscriptions, jobs, blueprints, commands, navigation.

The only module that imports rooms' edges. A new feature is a line or two here; removing it, the same.
"""

from importlib import import_module

MODELS = (
    "betaops.kernel.events",
    "betaops.kernel.jobs",
    "betaops.kernel.mail",
    "betaops.accounts.models",
    "betaops.programs.models",
    "betaops.enrollment.models",
    "betaops.cohorts.models",
    "betaops.flags.models",
    "betaops.usage.models",
    "betaops.surveys.models",
    "betaops.feedback.models",
    "betaops.messaging.models",
    "betaops.readiness.models",
)


def load_models() -> None:
    """Fill the metadata; migrations and every process need all tables known."""
    for module in MODELS:
        import_module(module)
