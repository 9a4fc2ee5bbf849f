"""The words for what is told, and what became of it."""

from betaops.integrations.models import DeliveryState, Topic
from betaops.kernel.i18n import lazy_gettext as _l

TOPIC_WORDS = {
    Topic.RESPONSE_COMPLETED: _l("A response is complete"),
    Topic.RESPONSE_WITHDRAWN: _l("A response is withdrawn"),
    Topic.TASK_OUTCOME: _l("A task is completed, blocked or opted out"),
    Topic.TEST: _l("A test"),
}
#: Words, and the role of their badge.
STATE_WORDS = {
    DeliveryState.WAITING: (_l("Waiting"), "waiting"),
    DeliveryState.DELIVERED: (_l("Delivered"), "good"),
    DeliveryState.FAILED: (_l("Failed"), "danger"),
}
