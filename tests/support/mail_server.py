"""Mail servers for tests: one that follows a script of misbehaviour, in a thread, over a real socket."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

#: Says nothing more and keeps the connection.
HANG = "hang"
#: Closes the connection without a word.
CUT = "cut"

_GOOD = {
    "EHLO": "250-tests\r\n250 8BITMIME",
    "HELO": "250 tests",
    "DATA": "354 go on",
    "QUIT": "221 bye",
    ".": "250 taken",
}


class MailServer:
    """Answers as an SMTP server does, except where `script` says otherwise: `{"RCPT": "550 nobody here", ".": HANG}`.

    The greeting is scripted as "CONNECT", the end of a message as ".". `messages` are those whose final dot was read.
    """

    def __init__(self, script: dict[str, str] | None = None) -> None:
        self.script = script or {}
        self.messages: list[str] = []
        self.commands: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[tuple[socket.socket, threading.Thread]] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        # A blocked accept() is woken by a connection, not by close().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for connection, conversation in self._open:
            with suppress(OSError):  # gone by itself
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
            conversation.join(5)
            assert not conversation.is_alive(), "a conversation goes on without anybody"

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            conversation = threading.Thread(target=self._converse, args=(connection,), daemon=True)
            self._open.append((connection, conversation))
            conversation.start()

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            try:
                if not self._answer(connection, "CONNECT"):
                    return
                for line in lines:
                    verb = line.decode().split()[0].split(":")[0].upper()
                    self.commands.append(line.decode().strip())
                    if not self._answer(connection, verb):
                        return
                    if verb == "DATA" and self.script.get("DATA", "354").startswith("354"):
                        text = _message(lines)
                        if text is None:
                            return
                        self.messages.append(text)
                        if not self._answer(connection, "."):
                            return
                    if verb == "QUIT":
                        connection.shutdown(socket.SHUT_RDWR)
                        return
            except OSError:
                return

    def _answer(self, connection: socket.socket, verb: str) -> bool:
        words = self.script.get(verb) or _GOOD.get(verb, "220 tests" if verb == "CONNECT" else "250 ok")
        if words == HANG:
            return False
        if words == CUT:
            connection.shutdown(socket.SHUT_RDWR)
            return False
        connection.sendall(f"{words}\r\n".encode())
        return True


def _message(lines: Iterable[bytes]) -> str | None:
    """What stands before the final dot; None where the client goes away without one."""
    read: list[bytes] = []
    for line in lines:
        if line == b".\r\n":
            return b"".join(read).decode()
        read.append(line)
    return None


@contextmanager
def mail_server(script: dict[str, str] | None = None) -> Iterator[MailServer]:
    server = MailServer(script)
    try:
        yield server
    finally:
        server.close()
