"""The sample's feedback and mails: there once, the same every time, and a beta in the middle of it."""

import pytest
from sqlalchemy import func, select

from betaops.enrollment.queries import portal as enrollment_queries
from betaops.feedback import queries as feedback_queries
from betaops.feedback.models import Kind, State
from betaops.kernel.mail import Mail, MailState
from betaops.messaging import queries
from betaops.messaging.models import CampaignState, DeliveryState
from tests.support.sample import Sample


@pytest.mark.slow
def test_the_sample_is_a_beta_in_its_third_week(sample: Sample) -> None:
    program_id, tester_id = sample.facts["program_id"], sample.facts["tester_id"]
    with sample.reading() as session:
        by_state = feedback_queries.counts(session, program_id)
        assert (by_state[State.NEW], sum(by_state.values())) == (12, 41)
        assert all(feedback_queries.counts_by_kind(session, program_id)[kind] for kind in Kind)
        assert feedback_queries.unanswered_blockers(session, program_id).number == 3
        (place,) = enrollment_queries.places(session, tester_id)
        assert len(feedback_queries.own_reports(session, place.id)) == 3
        assert feedback_queries.questions_to(session, place.id)
        assert feedback_queries.fixes_to_check(session, place.id)
        draft, sent = queries.campaigns(session, program_id).items
        assert (draft.state, sent.state) == (CampaignState.DRAFT, CampaignState.SENT)
        tally = queries.tallies(session, [sent.id])[sent.id]
        assert tally[DeliveryState.UNWANTED]
        assert tally[DeliveryState.SUPPRESSED] == 1
        states = dict(session.execute(select(Mail.state, func.count()).group_by(Mail.state)).all())
        assert states.keys() == {MailState.KEPT, MailState.FAILED, MailState.UNCERTAIN}
