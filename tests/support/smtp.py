"""A real SMTP server on loopback that answers as told."""

import socket
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class Postbox:
    """Take mails in; `answers` are given to the next recipients or messages instead of 250."""

    def __init__(self, *, rcpt=(), data=()):
        self.mails, self.envelopes = [], []
        self.rcpt, self.data = list(rcpt), list(data)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_RCPT(self, server, session, envelope, address, options):
        """Accept a recipient, or answer as told."""
        if self.rcpt:
            answer = self.rcpt.pop(0)
            if answer is not None:
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        """Keep a message, or answer as told."""
        if self.data:
            answer = self.data.pop(0)
            if answer is not None:
                return answer
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    @property
    def url(self):
        """Return the address as a setting."""
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop()
