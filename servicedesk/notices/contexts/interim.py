"""What letters and e-mails about interim confirmations say."""

import enum
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from servicedesk.notices.contexts.blocks import LetterFrame, MailFrame, Medium, OfficeBlock


class EndCause(enum.Enum):
    """Why an interim confirmation no longer holds, as far as its holder is told by this letter."""

    DECIDED = "decided"
    RENEWED = "renewed"
    MOVED_AWAY = "moved_away"
    END_CORRECTED = "end_corrected"
    FACTS_WRONG = "facts_wrong"
    NOT_ENTITLED = "not_entitled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ConfirmedFacts:
    """What an interim confirmation prints, in this order: the very texts and days that are sealed.

    `status_code` is the ten characters without the hyphen, `title_ends_on` the last day of the title.
    """

    office: str
    status_code: str
    name: str
    birth_date: str
    file_number: str
    title: str
    legal_basis: str
    title_ends_on: date
    received_on: date
    employment_condition: str
    issued_on: date
    check_again_on: date

    @property
    def spaced_code(self) -> str:
        """Return the status code as it is printed and typed: two groups of five."""
        return f"{self.status_code[:5]}-{self.status_code[5:]}"


@dataclass(frozen=True, slots=True)
class InterimConfirmationLetter:
    """The interim confirmation itself. `token` is the seal's text; the QR code holds it and nothing else.

    `law` names the norm by which the title continues, `law_text` is its sentence. `is_renewal`: it takes the place of
    an earlier one.
    """

    KIND: ClassVar[str] = "interim_confirmation"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    facts: ConfirmedFacts
    token: str
    law: str
    law_text: str
    is_renewal: bool = False


@dataclass(frozen=True, slots=True)
class InterimEndedLetter:
    """An interim confirmation that was handed out no longer holds; `was_issued_on` tells which one."""

    KIND: ClassVar[str] = "interim_ended"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    cause: EndCause
    was_issued_on: date
    ended_on: date


@dataclass(frozen=True, slots=True)
class InterimIssuedMail:
    """A letter is on its way; the mail says neither what it confirms nor for whom."""

    KIND: ClassVar[str] = "interim_issued_mail"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame


@dataclass(frozen=True, slots=True)
class InterimEndedMail:
    """A paper that was sent no longer holds; a letter says more."""

    KIND: ClassVar[str] = "interim_ended_mail"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame


class SheetKind(enum.Enum):
    """Whom an information sheet is for."""

    EMPLOYER = "interim_employer_sheet"
    BENEFITS = "interim_benefits_sheet"


@dataclass(frozen=True, slots=True)
class InterimSheet:
    """An information sheet for those who are shown a confirmation; it names no person and goes through no outbox."""

    kind: SheetKind
    locale: str
    office: OfficeBlock
    law: str
    law_text: str
    is_machine_translated: bool = True
