"""What changed because testers said so: fixed and closed feedback, without anybody's name."""

from collections.abc import Sequence

from betaops.feedback.models import Kind, Report, State
from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness.papers.base import Material, escaped, heading


def write(material: Material) -> str:
    lines = [heading(1, _("What changed in %(program)s", program=material.program.name))]
    fixed = [each for each in material.changed if each.state is State.FIXED]
    for title, kinds in ((_("Fixed"), (Kind.BUG,)), (_("Improved"), (Kind.IDEA, Kind.QUESTION, Kind.PRAISE))):
        lines += _section(title, [each for each in fixed if each.kind in kinds])
    lines += _section(_("Settled"), [each for each in material.changed if each.state is State.CLOSED])
    if len(lines) == 1:
        lines += ["", _("Nothing is fixed yet.")]
    else:
        people = sum(each.people for each in material.changed)
        lines += [
            "",
            ngettext(
                "%(num)s tester stood behind these changes. Thank you.",
                "%(num)s times a tester stood behind one of these changes. Thank you.",
                people,
            ),
        ]
    return "\n".join(lines) + "\n"


def _section(title: str, reports: Sequence[Report]) -> list[str]:
    if not reports:
        return []
    lines = ["", heading(2, title), ""]
    for each in reports:
        note = f": {escaped(each.outcome_note)}" if each.outcome_note.strip() else ""
        lines.append(f"- {escaped(each.title)}{note}")
    return lines
