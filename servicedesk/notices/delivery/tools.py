"""What a delivery needs, handed in as one value."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from servicedesk.db.session import Database
from servicedesk.kernel.clock import Clock
from servicedesk.kernel.crypto import Vault
from servicedesk.notices.contexts import LetterContext, LetterSecrets
from servicedesk.notices.letters import LettersUnavailable, RenderedLetter, check_available, render_letter
from servicedesk.settings import Settings

CRASH_POINTS = (
    "deliver.after_claim",
    "letter.before_render",
    "letter.after_render",
    "letter.before_commit",
    "letter.after_commit",
    "email.before_send",
    "email.after_send",
    "email.before_commit",
    "email.after_commit",
)
"""Every place where a delivery can be cut off; the fault tests go through all of them."""


def _go_on(point: str) -> None:
    """Do nothing: outside fault tests nothing crashes on purpose."""


class Outcome(StrEnum):
    """Say what became of one attempt."""

    done = "done"
    not_mine = "not_mine"
    """Not pending, not due, or its channel is closed on this machine."""
    stale = "stale"
    cancelled = "cancelled"
    """No confirmed address to send to."""
    retry = "retry"
    unreachable = "unreachable"
    """The mail server cannot be reached; the next mail would wait as long for nothing."""
    failed = "failed"
    lost = "lost"
    """Somebody else took the message on, or took it back, while it was worked on."""


@dataclass(frozen=True, slots=True)
class DeliveryTools:
    """Carry database, keys, settings and clock of the edge; renderer and crash points can be exchanged by tests."""

    database: Database
    vault: Vault
    settings: Settings
    clock: Clock
    render: Callable[[LetterContext, LetterSecrets | None], RenderedLetter] = render_letter
    check_letters: Callable[[], None] = check_available
    crash: Callable[[str], None] = _go_on

    def why_letters_wait(self) -> str:
        """Return what this machine lacks to make letters; empty when nothing."""
        try:
            self.check_letters()
        except LettersUnavailable as fault:
            return str(fault)
        return ""

    def why_emails_wait(self) -> str:
        """Return why no e-mail leaves from here; empty when they do."""
        return "" if self.settings.smtp_url else "SERVICEDESK_SMTP_URL is not set; e-mails wait."

    def open_channels(self) -> frozenset[str]:
        """Return the channels that work on this machine; messages of the others stay pending."""
        waits = {"letter": self.why_letters_wait(), "email": self.why_emails_wait()}
        return frozenset(channel for channel, why in waits.items() if not why)
