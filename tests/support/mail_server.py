"""Mail servers for tests: one that follows a script of misbehaviour, in a thread, over a real socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
        self._open: list[socket.socket] = []
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
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

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
                        text = b"".join(iter(lines.readline, b".\r\n"))
                        self.messages.append(text.decode())
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


@contextmanager
def mail_server(script: dict[str, str] | None = None) -> Iterator[MailServer]:
    server = MailServer(script)
    try:
        yield server
    finally:
        server.close()
