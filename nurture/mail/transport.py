"""The way out of the machine: SMTP with a kept connection, or a maildir that a demonstration can read.

A delivery goes out in two steps, `begin` (sender and recipient accepted, nothing handed over) and `data` (the message
itself), so that the caller can commit between them that from now on it may have gone out.
"""

import contextlib
import mailbox
import re
import smtplib
import socket
import ssl
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 30
_DISCONNECTS = (smtplib.SMTPServerDisconnected, ConnectionError, TimeoutError, socket.timeout, ssl.SSLError, OSError)


class Unreachable(Exception):
    """No connection, or it was lost before the message was handed over: certainly not delivered. Try later."""


class Refused(Exception):
    """The server answered no: certainly not delivered. 4xx: try later; 5xx: do not."""

    def __init__(self, code: int, text: str):
        super().__init__(f"{code} {text}")
        self.code, self.text = code, text

    @property
    def permanent(self) -> bool:
        return self.code >= 500


class CutOff(Exception):
    """The connection was lost after the message was handed over and before the answer: it may have arrived."""


class Transport(Protocol):
    def begin(self, sender: str, recipient: str) -> None:
        """Agree on sender and recipient. Raises Unreachable or Refused."""

    def data(self, message: bytes) -> tuple[int, str]:
        """Hand the message over: the server's code and words. Raises Unreachable, Refused or CutOff."""

    def reset(self) -> None:
        """Forget what was begun. Never raises."""

    def close(self) -> None:
        """End the connection. Never raises."""


def connect(url: str | None = None) -> Transport:
    """The transport of settings.MAIL_TRANSPORT; it connects at the first `begin`."""
    parts = urlsplit(url or settings.MAIL_TRANSPORT)
    if parts.scheme == "maildir":
        return MaildirTransport(unquote(parts.path))
    return SmtpTransport(parts)


class SmtpTransport:
    """smtp://, smtp+tls:// (STARTTLS) or smtps://user:password@host:port?timeout=30; one connection, kept."""

    def __init__(self, parts: SplitResult):
        self.parts = parts
        self.timeout = float(parse_qs(parts.query).get("timeout", [TIMEOUT_SECONDS])[0])
        self.server: smtplib.SMTP | None = None

    def hello(self) -> None:
        """Connect and log in, nothing more. Raises what smtplib raises."""
        self._connected().noop()

    def begin(self, sender, recipient):
        kept = self.server is not None
        try:
            self._envelope(sender, recipient)
        except Unreachable:
            if not kept:  # a connection just made: the server is in trouble
                raise
            self._envelope(sender, recipient)  # one kept since the last mail may have been closed meanwhile

    def data(self, message):
        if self.server is None:
            raise Unreachable("not connected")
        try:
            code, words = self.server.docmd("DATA")
        except _DISCONNECTS as error:
            raise self._lost(error) from error
        if code != 354:
            raise self._refused(code, words)
        body = re.sub(rb"(?m)^\.", b"..", message)
        try:
            self.server.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, words = self.server.getreply()
        except _DISCONNECTS as error:
            self.close()
            raise CutOff(str(error) or type(error).__name__) from error
        if code < 200 or code >= 300:
            raise self._refused(code, words)
        return code, _words(words)

    def reset(self):
        if self.server is not None:
            try:
                self.server.rset()
            except _DISCONNECTS:
                self.close()

    def close(self):
        server, self.server = self.server, None
        if server is not None:
            with contextlib.suppress(*_DISCONNECTS, smtplib.SMTPException):
                server.quit()
            server.close()

    def _envelope(self, sender, recipient):
        try:
            server = self._connected()
            options = ["body=8bitmime"] if server.has_extn("8bitmime") else []
            for code, words in (server.mail(sender, options), server.rcpt(recipient)):
                if code not in (250, 251):
                    raise self._refused(code, words)
        except smtplib.SMTPResponseException as error:  # greeting, EHLO, STARTTLS or log-in was answered with a no
            self.close()
            raise Unreachable(f"{error.smtp_code} {_words(error.smtp_error)}") from error
        except (*_DISCONNECTS, smtplib.SMTPException) as error:
            raise self._lost(error) from error

    def _connected(self) -> smtplib.SMTP:
        if self.server is None:
            secure = self.parts.scheme == "smtps"
            port = self.parts.port or (465 if secure else 587 if self.parts.scheme == "smtp+tls" else 25)
            where = (self.parts.hostname or "localhost", port)
            if secure:
                server = smtplib.SMTP_SSL(*where, timeout=self.timeout, context=ssl.create_default_context())
            else:
                server = smtplib.SMTP(*where, timeout=self.timeout)
            self.server = server
            if self.parts.scheme == "smtp+tls":
                server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        return self.server

    def _lost(self, error) -> Unreachable:
        self.close()
        return Unreachable(f"{type(error).__name__}: {error}")

    def _refused(self, code, words) -> Refused:
        if code == 421:  # the server closes the connection
            self.close()
        else:
            self.reset()
        return Refused(code, _words(words))


class MaildirTransport:
    """maildir:///FOLDER: each mail a file, on the disk when `data` returns."""

    def __init__(self, folder: str):
        self.folder = folder

    def begin(self, sender, recipient):
        self.sender, self.recipient = sender, recipient

    def data(self, message):
        try:
            box = mailbox.Maildir(self.folder, create=True)
            envelope = f"Return-Path: <{self.sender}>\nDelivered-To: {self.recipient}\n".encode()
            name = box.add(envelope + message.replace(b"\r\n", b"\n"))
        except OSError as error:
            raise Unreachable(f"{self.folder}: {error}") from error
        return 250, f"in {name}"

    def reset(self):
        """Nothing is begun before `data`."""

    def close(self):
        """Nothing is open between two mails."""


def _words(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
