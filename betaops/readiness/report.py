"""The readiness report of a program as Markdown; for programs there is the `dossier`."""

from collections.abc import Sequence

from betaops.kernel.i18n import gettext as _
from betaops.programs.models import Program
from betaops.readiness import board, wording
from betaops.readiness.board import Row
from betaops.readiness.models import Decision, DecisionState, Signature, Stance
from betaops.readiness.recommendation import Choice, Weight


def as_markdown(
    program: Program, rows: Sequence[Row], decision: Decision | None, signatures: Sequence[Signature], at: str
) -> str:
    recommended = board.recommended(rows)
    lines = [
        f"# {_escaped(_('Readiness of %(program)s', program=program.name))}",
        "",
        _("As of %(at)s. The rules recommend: **%(choice)s**.", at=at, choice=choice_words(recommended)),
    ]
    for weight, head in ((Weight.MUST, _("Must")), (Weight.SHOULD, _("Should"))):
        group = [row for row in rows if row.expectation.weight is weight]
        if not group:
            continue
        lines += ["", f"## {head}"]
        for row in group:
            lines += [
                "",
                f"### {_escaped(row.expectation.need)}",
                "",
                f"**{wording.word(row.verdict)}.** {_escaped(row.rest)}",
                "",
                f"- {_('Measured')}: {_escaped(row.title)}, {row.line}",
            ]
            if row.expectation.source:
                lines.append(f"- {_('Heard')}: {_escaped(row.expectation.source)}")
            if row.cohort:
                lines.append(f"- {_('Scope')}: {_escaped(row.cohort)}")
            if row.method:
                lines.append(f"- {_('Method')}: {row.method}")
            lines += [f"- {line}" for line in (*row.flips, *row.limits)]
    lines += ["", f"## {_('Decision')}", ""]
    lines += _decided(decision, signatures) if decision is not None else [_("Nothing is decided yet.")]
    return "\n".join(lines) + "\n"


def _decided(decision: Decision, signatures: Sequence[Signature]) -> list[str]:
    state = {
        DecisionState.PROPOSED: _("waits for a second signature"),
        DecisionState.IN_FORCE: _("in force"),
        DecisionState.WITHDRAWN: _("withdrawn"),
    }[decision.state]
    lines = [f"**{choice_words(decision.choice)}**, {state}."]
    if decision.reason:
        lines += ["", _escaped(decision.reason)]
    for condition in decision.conditions:
        lines.append(
            f"- {_escaped(condition['text'])} ({_escaped(condition['owner'])}, {condition['due_on']})"
        )
    lines.append("")
    for each in signatures:
        word = _("agrees") if each.stance is Stance.ASSENT else _("disagrees")
        reason = f": {_escaped(each.reason)}" if each.reason else ""
        lines.append(
            f"- {_escaped(each.name)} ({_escaped(each.role)}), {each.signed_at:%Y-%m-%d}, {word}{reason}"
        )
    return [*lines, "", f"SHA-256: `{decision.digest}`"]


def choice_words(choice: Choice | None) -> str:
    words = {Choice.GO: _("GO"), Choice.CONDITIONAL: _("CONDITIONAL GO"), Choice.NO_GO: _("NO-GO")}
    return words[choice] if choice is not None else _("nothing")


def _escaped(text: str) -> str:
    """One line of plain text: nothing in it may become markup."""
    line = " ".join(text.split())
    for sign in "\\`*_[]<>#|":
        line = line.replace(sign, f"\\{sign}")
    return line
