"""The release report: every verdict with its sentence, and the decision. For programs there is the `dossier`."""

from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.readiness import board, wording
from betaops.readiness.models import Decision, DecisionState, Signature, Stance
from betaops.readiness.papers.base import Material, escaped, heading, item
from betaops.readiness.recommendation import Choice, Weight


def write(material: Material) -> str:
    program, rows, at, decision = material.program, material.rows, material.at, material.decision
    recommended = board.recommended(rows)
    lines = [
        heading(1, _("Readiness of %(program)s", program=program.name)),
        "",
        _("As of %(at)s. The rules recommend: **%(choice)s**.", at=at, choice=choice_words(recommended)),
    ]
    for weight, head in ((Weight.MUST, _("Must")), (Weight.SHOULD, _("Should"))):
        group = [row for row in rows if row.expectation.weight is weight]
        if not group:
            continue
        lines += ["", heading(2, head)]
        for row in group:
            lines += [
                "",
                f"### {escaped(row.expectation.need)}",
                "",
                f"**{wording.word(row.verdict)}.** {escaped(row.rest)}",
                "",
                item(_("Measured"), f"{escaped(row.title)}, {row.line}"),
            ]
            if row.expectation.source:
                lines.append(item(_("Heard"), escaped(row.expectation.source)))
            if row.cohort:
                lines.append(item(_("Scope"), escaped(row.cohort)))
            if row.method:
                lines.append(item(_("Method"), row.method))
            lines += [f"- {escaped(line)}" for line in (*row.flips, *row.limits)]
    lines += ["", heading(2, _("Decision")), ""]
    lines += (
        _decided(decision, material.signatures) if decision is not None else [_("Nothing is decided yet.")]
    )
    return "\n".join(lines) + "\n"


def _decided(decision: Decision, signatures: Sequence[Signature]) -> list[str]:
    state = {
        DecisionState.PROPOSED: _("waits for a second signature"),
        DecisionState.IN_FORCE: _("in force"),
        DecisionState.WITHDRAWN: _("withdrawn"),
    }[decision.state]
    lines = [f"**{choice_words(decision.choice)}**, {state}."]
    if decision.reason:
        lines += ["", escaped(decision.reason)]
    for condition in decision.conditions:
        lines.append(f"- {escaped(condition['text'])} ({escaped(condition['owner'])}, {condition['due_on']})")
    lines.append("")
    for each in signatures:
        word = _("agrees") if each.stance is Stance.ASSENT else _("disagrees")
        reason = f": {escaped(each.reason)}" if each.reason else ""
        lines.append(
            f"- {escaped(each.name)} ({escaped(each.role)}), {each.signed_at:%Y-%m-%d}, {word}{reason}"
        )
    return [*lines, "", f"SHA-256: `{decision.digest}`"]


def choice_words(choice: Choice | None) -> str:
    words = {Choice.GO: _("GO"), Choice.CONDITIONAL: _("CONDITIONAL GO"), Choice.NO_GO: _("NO-GO")}
    return words[choice] if choice is not None else _("nothing")
