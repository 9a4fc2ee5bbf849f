"""From draft to archive."""

from uuid import UUID

from betaops.kernel.errors import Refused
from betaops.kernel.i18n import gettext as _
from betaops.kernel.versions import stamp
from betaops.kernel.work import Work
from betaops.programs import checklist, queries, starting
from betaops.programs.events import PhaseChanged
from betaops.programs.models import Phase, Program, ProgramPhase


def change_phase(work: Work, program_id: UUID, phase: Phase, *, note: str = "") -> Program:
    """Move to `phase` if it may follow; recruiting needs a checklist without red.

    Saying it twice (a double click) changes nothing the second time.
    """
    # Who writes rows that belong to it does not wait for this, nor this, which takes more at the start, for them.
    program = work.lock(Program, program_id, lets_refer=True)
    if program.phase is phase:
        return program
    if not program.may_become(phase):
        raise Refused(
            "phase_cannot_follow",
            _("From %(now)s a program cannot go to %(then)s.", now=program.phase.value, then=phase.value),
        )
    if phase is Phase.RECRUITING:
        items = queries.checklist_of(work.session, program, work.now.date())
        if checklist.is_blocked(items):
            red = [item.says for item in items if item.light is checklist.Light.RED]
            raise Refused(
                "set_up_is_not_done",
                _("It cannot recruit yet. %(missing)s", missing=" ".join(red)),
                missing=[item.key for item in items if item.light is checklist.Light.RED],
            )
    former, program.phase = program.phase, phase
    stamp(work, program)
    work.add(ProgramPhase(program_id=program.id, phase=phase, at=work.now, who=work.actor.name, note=note))
    work.record(PhaseChanged(program_id=program.id, former=former, phase=phase, note=note))
    if phase is Phase.RUNNING:
        starting.started(work, program)
    return program
