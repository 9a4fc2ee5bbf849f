"""The SMTP dialogue, with servers that behave and servers that do not."""

import email
import email.policy
from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from betaops.kernel import smtp
from tests.support.mail_server import CUT, HANG, MailServer, mail_server
from tests.support.processes import free_port

TEXT = b"Subject: Hi\r\n\r\nA line.\r\n.hidden dot\r\n..two\nbare newline"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def outgoing(recipient: str = "mara@example.com") -> smtp.Outgoing:
    return smtp.Outgoing("betaops@example.com", recipient, TEXT)


def deliver(server: MailServer, before: Callable[[], None] = lambda: None) -> None:
    smtp.deliver(smtp.Relay.parse(server.url), outgoing(), before_handing_over=before, timeout_seconds=0.5)


def test_a_message_arrives_as_it_was_written_dots_included(server: MailServer) -> None:
    deliver(server)
    # As on the wire: dots at the beginning of a line are doubled, line ends are CRLF.
    assert server.messages == ["Subject: Hi\r\n\r\nA line.\r\n..hidden dot\r\n...two\r\nbare newline\r\n"]
    assert server.commands[1:3] == ["mail FROM:<betaops@example.com>", "rcpt TO:<mara@example.com>"]


def test_the_final_dot_is_sent_only_after_the_caller_agreed(server: MailServer) -> None:
    seen: list[int] = []
    deliver(server, before=lambda: seen.append(len(server.messages)))
    assert seen == [0]
    assert len(server.messages) == 1


def test_a_caller_who_refuses_in_the_last_moment_leaves_the_server_without_a_mail(server: MailServer) -> None:
    def refuse() -> None:
        raise LookupError("the lease is gone")

    with pytest.raises(LookupError):
        deliver(server, before=refuse)
    assert server.messages == []


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({"CONNECT": "554 go away"}, smtp.NotNow),
        ({"CONNECT": "421 too busy"}, smtp.NotNow),
        ({"CONNECT": HANG}, smtp.NotNow),
        ({"CONNECT": CUT}, smtp.NotNow),
        ({"MAIL": "550 not from you"}, smtp.Refused),
        ({"MAIL": "451 later"}, smtp.NotNow),
        ({"RCPT": "550 nobody here"}, smtp.Refused),
        ({"RCPT": "450 greylisted"}, smtp.NotNow),
        ({"RCPT": HANG}, smtp.NotNow),
        ({"DATA": "554 no"}, smtp.Refused),
        ({"DATA": CUT}, smtp.NotNow),
        ({".": "554 spam"}, smtp.Refused),
        ({".": "452 disk full"}, smtp.NotNow),
        ({".": HANG}, smtp.NoAnswer),
        ({".": CUT}, smtp.NoAnswer),
    ],
    ids=str,
)
def test_each_way_to_fail_says_whether_the_server_may_have_the_mail(
    script: dict[str, str], error: type[Exception]
) -> None:
    with mail_server(script) as server, pytest.raises(error):
        deliver(server)


@pytest.mark.parametrize("how", [HANG, CUT, "500 what?"])
def test_a_server_that_took_the_mail_may_say_goodbye_as_it_likes(how: str) -> None:
    with mail_server({"QUIT": how}) as server:
        deliver(server)
        assert len(server.messages) == 1


def test_a_server_that_is_not_there_is_not_now() -> None:
    with mail_server() as server:
        relay = smtp.Relay.parse(server.url)
    with pytest.raises(smtp.NotNow, match="No connection"):
        smtp.deliver(relay, outgoing(), before_handing_over=lambda: None, timeout_seconds=0.5)


def test_an_address_beyond_ascii_is_refused_by_a_server_that_does_not_know_them(server: MailServer) -> None:
    with pytest.raises(smtp.Refused, match="beyond ASCII"):
        smtp.deliver(
            smtp.Relay.parse(server.url), outgoing("mära@example.com"), before_handing_over=lambda: None
        )


class Collector(Message):
    def __init__(self) -> None:
        super().__init__()
        self.taken: list[email.message.Message] = []

    def handle_message(self, message: email.message.Message) -> None:
        self.taken.append(message)


def test_an_independent_server_reads_the_message_as_it_was_meant() -> None:
    collector = Collector()
    controller = Controller(collector, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
    controller.start()
    try:
        assert controller.server is not None
        port = controller.server.sockets[0].getsockname()[1]
        relay = smtp.Relay.parse(f"smtp://127.0.0.1:{port}")
        smtp.deliver(relay, outgoing("mära@example.com"), before_handing_over=lambda: None)
    finally:
        controller.stop()
    (message,) = collector.taken
    assert message["X-RcptTo"] == "mära@example.com"
    assert message["Subject"] == "Hi"
    assert str(message.get_payload()).splitlines() == ["A line.", ".hidden dot", "..two", "bare newline"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://localhost", ("smtp", "localhost", 25, "", "")),
        ("smtp://127.0.0.1:2525", ("smtp", "127.0.0.1", 2525, "", "")),
        ("smtps://u%40x:p%2Fw@mail.example.com", ("smtps", "mail.example.com", 465, "u@x", "p/w")),
        ("smtp+starttls://u:p@mail.example.com", ("smtp+starttls", "mail.example.com", 587, "u", "p")),
        ("smtp://u:p@localhost:25", ("smtp", "localhost", 25, "u", "p")),
    ],
)
def test_an_smtp_url_is_read(url: str, expected: tuple[object, ...]) -> None:
    relay = smtp.Relay.parse(url)
    assert (relay.scheme, relay.host, relay.port, relay.user, relay.password) == expected


@pytest.mark.parametrize(
    "url", ["", "mail.example.com", "http://x", "smtp://", "smtp://u:p@mail.example.com"]
)
def test_a_url_that_is_none_or_would_tell_its_password_to_the_network_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        smtp.Relay.parse(url)
