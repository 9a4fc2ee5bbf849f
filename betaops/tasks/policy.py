"""Who may do what with builds and tasks, and what their texts may hold."""

from urllib.parse import urlsplit

from betaops.accounts.permissions import Permission
from betaops.enrollment.models import INSIDE, Enrollment
from betaops.enrollment.models import State as EnrollmentState
from betaops.kernel.errors import Invalid
from betaops.kernel.i18n import gettext as _

SEE = Permission.TASKS_READ
WRITE = Permission.TASKS_WRITE
#: Send in outcomes for testers: what the product under test is given.
RECORD = Permission.OUTCOMES_WRITE

LONGEST_TITLE, LONGEST_NAME, LONGEST_TEXT, LONGEST_NOTE, LONGEST_URL = 200, 60, 20_000, 2_000, 2_000
#: A day: what takes longer is no task for one sitting.
LONGEST_TARGET = 86_400


def may_see(enrollment: Enrollment) -> bool:
    """Whoever takes part, and whoever finished: they see what they did."""
    return enrollment.state in INSIDE or enrollment.state is EnrollmentState.COMPLETED


def may_do(enrollment: Enrollment) -> bool:
    """Whoever takes part, until the program is over. Needs `program` loaded."""
    return enrollment.state in INSIDE and not enrollment.program.is_over


def text(typed: str) -> str:
    """Several lines as they are kept: one kind of line break, no NUL (PostgreSQL keeps none), no edges."""
    return typed.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def line(typed: str) -> str:
    """One line: every run of spaces and control characters is one space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in typed).split())


def address(typed: str) -> str:
    """A link that a browser or a phone may open: https, or an app's own scheme; `Invalid` for what could run a script."""
    url = line(typed)
    if not url:
        return ""
    scheme = urlsplit(url).scheme.lower() if _is_whole(url) else ""
    if not scheme or scheme in _NEVER or " " in url or len(url) > LONGEST_URL:
        raise Invalid("bad_url", _("Write a whole address, such as https://app.example.com."), field="url")
    return url


_NEVER = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "view-source"})


def _is_whole(url: str) -> bool:
    try:
        return bool(urlsplit(url).netloc or urlsplit(url).path) and "://" in url
    except ValueError:
        return False
