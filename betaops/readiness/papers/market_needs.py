"""What customers need: where each need was heard, how much it matters, what the evidence says, what else they ask for."""

from betaops.kernel.i18n import gettext as _
from betaops.kernel.i18n import ngettext
from betaops.readiness import wording
from betaops.readiness.papers.base import Material, Need, escaped, heading, item, needs

#: Ideas of testers that are named.
MOST_WANTED = 10


def write(material: Material) -> str:
    lines = [
        heading(1, _("Market needs, from %(program)s", program=material.program.name)),
        "",
        _(
            "As of %(at)s, from %(testers)s testers, %(answering)s of whom answered.",
            at=material.at,
            testers=material.testers,
            answering=material.answering,
        ),
    ]
    for need in needs(material.rows):
        lines += _need(need)
    ideas = [each for each in material.wanted if each.kind.value == "idea"][:MOST_WANTED]
    if ideas:
        lines += ["", heading(2, _("What else testers ask for")), ""]
        for each in ideas:
            people = ngettext("%(num)s person", "%(num)s people", each.people)
            lines.append(
                _(
                    "- %(title)s (%(people)s, impact %(impact)s)",
                    title=escaped(each.title),
                    people=people,
                    impact=f"{each.impact:g}",
                )
            )
    return "\n".join(lines) + "\n"


def _need(need: Need) -> list[str]:
    lines = ["", heading(2, need.words), ""]
    lines.append(item(_("Weight"), _("Must") if need.rows[0].is_must else _("Should")))
    sources = dict.fromkeys(row.expectation.source for row in need.rows if row.expectation.source)
    lines += [item(_("Heard"), escaped(source)) for source in sources]
    for row in need.rows:
        lines.append(
            f"- {escaped(row.heading)}, {row.line}: **{wording.word(row.verdict)}.** {escaped(row.rest)}"
        )
    return lines
