"""Mails to testers that carry no secret, written when something has happened."""

from typing import Any

from betaops.enrollment.models import Tester
from betaops.enrollment.policy import may_enter
from betaops.kernel import i18n
from betaops.kernel.mail import Letter, Mail
from betaops.kernel.work import Work
from betaops.messaging import service, substitution, unsubscribing
from betaops.messaging.models import Topic
from betaops.messaging.queries import Recipient
from betaops.programs.models import Program
from betaops.web.letters import letter, link


def post(
    work: Work,
    template: str,
    to: Recipient,
    program: Program,
    *,
    kind: str,
    topic: Topic | None,
    key: str,
    is_wanted: bool | None = None,
    **values: Any,
) -> Mail:
    """`messaging_<template>` to one person of a program, in their language.

    Outside, a program goes by its codename. A `topic` brings the two headers of one-click
    unsubscription (RFC 8058) and the link at the foot.
    """
    written = _letter(work, template, to, program, kind, topic, values)
    return service.post(work, written, to.tester, topic, key=key, is_wanted=is_wanted)


def _letter(
    work: Work,
    template: str,
    to: Recipient,
    program: Program,
    kind: str,
    topic: Topic | None,
    values: dict[str, Any],
) -> Letter:
    tester = to.tester
    unsubscribe = unsubscribe_link(work, tester, topic) if topic is not None else None
    headers = {}
    if unsubscribe is not None:
        headers = {
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return letter(
        f"messaging_{template}",
        tester.mail,
        kind=kind,
        language=tester.locale,
        person_id=tester.id,
        headers=headers,
        name=tester.name,
        program=program.name if may_enter(to.enrollment) else program.codename,
        home=link("portal.program", slug=program.slug),
        unsubscribe=unsubscribe,
        topic=topic,
        **values,
    )


def unsubscribe_link(work: Work, tester: Tester, topic: Topic) -> str:
    subject = unsubscribing.Subject(tester.workspace_id, tester.id, topic)
    return link("messaging_portal.unsubscribe", token=unsubscribing.write(work.settings, subject))


def fields(to: Recipient, program: Program, product: str) -> dict[str, str]:
    """What an announcement's double braces stand for, for one person."""
    with i18n.speaking(to.tester.locale):
        from babel.dates import format_date

        ends_on = format_date(program.ends_on, format="long", locale=i18n.locale())
    name = to.tester.name or to.tester.mail.partition("@")[0]
    return {
        "name": name,
        "first_name": substitution.first_name(name),
        "program": program.name if may_enter(to.enrollment) else program.codename,
        "product": product,
        "ends_on": ends_on,
        "portal_link": link("portal.program", slug=program.slug),
    }
