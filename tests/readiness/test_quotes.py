"""Quotes: picked where their author allows it, shown as they allow it, gone when they take it back."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from betaops.enrollment.models import Enrollment, Tester
from betaops.enrollment.quoting import Quoting
from betaops.enrollment.service import leaving
from betaops.enrollment.service import quoting as consent
from betaops.feedback import service as feedback
from betaops.feedback.models import Kind, Report
from betaops.kernel import ids
from betaops.kernel.errors import Invalid, NotFound, Refused
from betaops.kernel.work import Work
from betaops.programs.models import Program
from betaops.readiness import dossier, evidence, provided, queries, service
from betaops.readiness.documents import Document, Quotes, markdown
from betaops.readiness.documents.pdf import pdf
from betaops.readiness.models import Expectation, KeptFile, Quote
from betaops.readiness.papers import PAPERS
from betaops.readiness.queries import Making
from betaops.surveys.models import Answer, Response, SurveyQuestion
from betaops.surveys.queries import AnswerKey, TextKey, allowed_answers
from tests.factories.enrollment import an_enrollment
from tests.factories.feedback import a_report
from tests.factories.programs import a_program
from tests.factories.readiness import a_response, a_survey

WORDS = "I <need> it offline, because trains have no net."


def a_quote(work: Work, program: Program, need: Expectation, report: Report, words: str = WORDS) -> Quote:
    return service.pick(work, program, need.id, words, report_id=report.id)


def bare(work: Work, program: Program, name: str) -> Document:
    return PAPERS[name].write(queries.material(work.session, program, at="2 Mar 2026, 09:00 UTC"))


def paper(work: Work, program: Program, name: str = "market-needs") -> str:
    return markdown.text(queries.with_quotes(work.session, bare(work, program, name)))


def an_answer(work: Work, program: Program, place: Enrollment, words: str) -> Answer:
    survey = a_survey(work, program)
    response = a_response(work, survey, place, nps=9)
    question = work.session.scalars(
        select(SurveyQuestion).where(SurveyQuestion.survey_id == survey.id, SurveyQuestion.name == "words")
    ).one()
    answer = Answer(response_id=response.id, question_id=question.id, text=words)
    work.add(answer)
    work.session.flush()
    return answer


def key_of(answer: Answer) -> AnswerKey:
    return AnswerKey(answer.question_id, TextKey(answer.response_id, answer.row, answer.code))


def test_without_consent_nothing_is_picked(
    work: Work, program: Program, need: Expectation, report: Report
) -> None:
    with pytest.raises(Refused):
        a_quote(work, program, need, report)


@pytest.mark.parametrize(
    ("quoting", "by", "not_by"), [(Quoting.NAMED, "— Ana Ruiz", "a tester"), (Quoting.ANONYMOUS, "— a tester", "Ana")]
)  # fmt: skip
def test_it_stands_in_both_papers_as_its_author_allows(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report,
    quoting: Quoting, by: str, not_by: str,
) -> None:  # fmt: skip
    consent.choose(work, ana, quoting)
    a_quote(work, program, need, report)
    for name in ("market-needs", "report"):
        text = paper(work, program, name)
        assert r"I \<need\> it offline" in text
        assert by in text
        assert not_by not in text
    assert "What customers said" in paper(work, program, "report")
    assert pdf(queries.with_quotes(work.session, bare(work, program, "report"))).startswith(b"%PDF")


def test_consent_taken_back_empties_papers_at_once(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report
) -> None:
    feedback.choose_quoting(work, report, ana, Quoting.NAMED)
    a_quote(work, program, need, report)
    consent.choose(work, ana, Quoting.NEVER)
    text = paper(work, program, "report")
    assert "offline, because" not in text
    assert "What customers said" not in text


def test_a_link_keeps_no_words_and_says_them_only_while_allowed(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report, client: Any
) -> None:
    consent.choose(work, ana, Quoting.NAMED)
    a_quote(work, program, need, report)
    told = queries.with_quotes(work.session, bare(work, program, "market-needs"))
    row, token = service.share(work, program, "market-needs", told)
    work.session.flush()
    assert "offline, because" not in str(row.document)
    assert "Ana Ruiz" not in str(row.document)
    page = client.get(f"/shared/{token}").text
    assert "I &lt;need&gt; it offline" in page
    assert "Ana Ruiz" in page
    assert "People are quoted as long as they allow it" in page
    assert "Ana Ruiz" in client.get(f"/shared/{token}/paper.md").text
    consent.choose(work, ana, Quoting.ANONYMOUS)
    page = client.get(f"/shared/{token}").text
    assert "it offline" in page
    assert "Ana Ruiz" not in page
    consent.choose(work, ana, Quoting.NEVER)
    for way in ("", "/paper.md"):
        assert "it offline" not in client.get(f"/shared/{token}{way}").text
    assert evidence.digest(row.document) == row.digest


def test_erasing_a_person_takes_their_quotes_from_links_and_from_the_table(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report, client: Any
) -> None:
    consent.choose(work, ana, Quoting.ANONYMOUS)
    a_quote(work, program, need, report)
    row, token = service.share(work, program, "market-needs", bare(work, program, "market-needs"))
    leaving.erase(work, ana.tester_id)
    work.session.flush()
    assert work.session.scalar(select(Quote)) is None
    assert "it offline" not in client.get(f"/shared/{token}").text
    assert evidence.digest(row.document) == row.digest


def test_words_are_theirs_but_for_marked_gaps(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report
) -> None:
    consent.choose(work, ana, Quoting.ANONYMOUS)
    row = a_quote(work, program, need, report, "I <need> it […]  trains have\nno net.")
    assert row.text == "I <need> it […] trains have no net."
    for words in ("I love it", "trains have no net […] I <need> it", "I <need> it trains", " ", "x" * 601):
        with pytest.raises(Invalid):
            a_quote(work, program, need, report, words)
    assert a_quote(work, program, need, report, "I <need> it […] trains have no net.").id == row.id


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("It is unusable offline", "usable offline"),
        ("I can't use it", "I can […] use it"),
        ("I can’t use it", "I can[…] use it"),
        ("It crashed 100 times", "It crashed 10 […] times"),
        ("It is not good", "[…]"),
        ("It is not good", "… [...] …"),
    ],
)
def test_words_are_whole_and_there_are_some(
    work: Work, program: Program, need: Expectation, ana: Enrollment, said: str, words: str
) -> None:
    consent.choose(work, ana, Quoting.ANONYMOUS)
    report = a_report(work, enrollment=ana, kind=Kind.IDEA, title="Offline", body=said)
    with pytest.raises(Invalid):
        a_quote(work, program, need, report, words)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("unusable, but usable at home", "usable at home"),
        ("The testers' app says 'no' to me", "testers"),
        ("The testers' app says 'no' to me", "says 'no"),
        ("The testers' app says 'no' to me", "no"),
        ("離線時無法使用這個程式", "無法使用"),
    ],
)
def test_a_word_may_stand_elsewhere_or_between_marks(
    work: Work, program: Program, need: Expectation, ana: Enrollment, said: str, words: str
) -> None:
    consent.choose(work, ana, Quoting.ANONYMOUS)
    report = a_report(work, enrollment=ana, kind=Kind.IDEA, title="Offline", body=said)
    assert a_quote(work, program, need, report, words).text == words


def test_a_written_answer_is_quoted_under_the_standing_choice(
    work: Work, program: Program, need: Expectation, ana: Enrollment
) -> None:
    answer = an_answer(work, program, ana, "Offline please")
    with pytest.raises(Refused):
        service.pick(work, program, need.id, "Offline please", answer=key_of(answer))
    consent.choose(work, ana, Quoting.NAMED)
    row = service.pick(work, program, need.id, "Offline please", answer=key_of(answer))
    assert service.pick(work, program, need.id, "Offline please", answer=key_of(answer)).id == row.id
    assert "— Ana Ruiz" in paper(work, program)


def test_a_quote_goes_with_the_answer_it_is_from(
    work: Work, program: Program, need: Expectation, ana: Enrollment
) -> None:
    answer = an_answer(work, program, ana, "Offline please")
    consent.choose(work, ana, Quoting.NAMED)
    service.pick(work, program, need.id, "Offline please", answer=key_of(answer))
    work.delete(answer)
    work.session.flush()
    assert work.session.scalar(select(Quote.id)) is None


@pytest.mark.parametrize("gap", ["question_id", "row", "code"])
def test_the_database_takes_no_quote_with_a_part_of_an_answer_s_key(
    work: Work, program: Program, need: Expectation, ana: Enrollment, gap: str
) -> None:
    answer = an_answer(work, program, ana, "Offline please")
    consent.choose(work, ana, Quoting.NAMED)
    row = service.pick(work, program, need.id, "Offline please", answer=key_of(answer))
    setattr(row, gap, None)
    with pytest.raises(IntegrityError):
        work.session.flush()


def test_an_anonymous_survey_is_never_quoted(
    work: Work, program: Program, need: Expectation, ana: Enrollment
) -> None:
    consent.choose(work, ana, Quoting.NAMED)
    answer = an_answer(work, program, ana, "Offline please")
    response = work.session.get_one(Response, answer.response_id)
    response.enrollment_id = response.tester_id = None
    response.is_anonymous = True
    work.session.flush()
    with pytest.raises(NotFound):
        service.pick(work, program, need.id, "Offline please", answer=key_of(answer))
    assert allowed_answers(work.session, answer.question_id, [key_of(answer).text]) == frozenset()


def test_another_program_s_report_is_not_there(
    work: Work, need: Expectation, program: Program, ana: Enrollment
) -> None:
    other = an_enrollment(work, program=a_program(work, name="Other"))
    consent.choose(work, other, Quoting.NAMED)
    with pytest.raises(NotFound):
        a_quote(work, program, need, a_report(work, enrollment=other, body=WORDS))


def test_the_dossier_quotes_nobody(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report
) -> None:
    consent.choose(work, ana, Quoting.NAMED)
    row = a_quote(work, program, need, report)
    told = dossier.written(queries.dossier_contents(work.session, program)).decode()
    assert "it offline" not in told
    assert ids.encode("quo", row.id) not in told


def test_what_was_picked_is_in_ones_own_export(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report
) -> None:
    consent.choose(work, ana, Quoting.NAMED)
    a_quote(work, program, need, report)
    (told,) = provided.quotes(work.session, work.session.get_one(Tester, ana.tester_id))
    assert told["text"] == WORDS


def test_resolving_twice_and_keeping_are_safe(
    work: Work, program: Program, need: Expectation, ana: Enrollment, report: Report
) -> None:
    """What is shown can be kept: words are taken out again, references stay."""
    consent.choose(work, ana, Quoting.NAMED)
    a_quote(work, program, need, report)
    told = queries.with_quotes(work.session, bare(work, program, "report"))
    assert queries.with_quotes(work.session, told) == told
    row, _token = service.share(work, program, "report", told)
    kept = [block for block in Document.from_json(row.document).blocks if isinstance(block, Quotes)]
    assert len(kept) == 1
    assert kept[0].said == ()
    assert len(kept[0].ids) == 1


def test_a_pdf_that_is_kept_is_out_of_reach_once_its_words_are(
    work: Work, program: Program, need: Expectation, report: Report, ana: Enrollment, run_jobs: Any
) -> None:
    consent.choose(work, ana, Quoting.NAMED)
    a_quote(work, program, need, report)

    def asked() -> KeptFile:
        told, digest = queries.paper_now(work.session, program, "market-needs", work.now)
        row = service.ask_for_pdf(work, program, told, name="market-needs", digest=digest)
        work.session.commit()
        run_jobs()
        work.session.expire_all()
        return row

    said = asked()
    assert WORDS not in str(said.document)
    assert queries.file_now(work.session, program.id, said.id, work.now).state is Making.DONE
    assert asked().id == said.id
    consent.choose(work, ana, Quoting.NEVER)
    with pytest.raises(NotFound):
        queries.file_now(work.session, program.id, said.id, work.now)
    assert asked().id != said.id


def test_a_name_that_was_allowed_only_while_a_file_was_being_written_is_in_none(
    work: Work,
    program: Program,
    need: Expectation,
    report: Report,
    ana: Enrollment,
    run_jobs: Any,
    platform: Any,
) -> None:
    consent.choose(work, ana, Quoting.ANONYMOUS)
    a_quote(work, program, need, report)

    def asked() -> KeptFile:
        told, digest = queries.paper_now(work.session, program, "market-needs", work.now)
        row = service.ask_for_pdf(work, program, told, name="market-needs", digest=digest)
        work.session.commit()
        return row

    row = asked()
    consent.choose(work, ana, Quoting.NAMED)
    work.session.commit()
    run_jobs()
    consent.choose(work, ana, Quoting.ANONYMOUS)
    work.session.commit()
    work.session.expire_all()
    assert row.written_at is None
    assert not [each for each in (platform.settings.instance / "files").rglob("*") if each.is_file()]
    assert asked().id == row.id, "it is begun anew"
    run_jobs()
    work.session.expire_all()
    assert queries.file_now(work.session, program.id, row.id, work.now).state is Making.DONE
