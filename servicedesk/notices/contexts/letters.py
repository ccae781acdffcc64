"""What each letter says; classes with a KIND are messages of the outbox."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from servicedesk.notices.contexts.blocks import (
    ChangedContact,
    LetterFrame,
    Medium,
    Paper,
    Phrase,
    ReceiptChannel,
    TitleForm,
)


@dataclass(frozen=True, slots=True)
class InvitationLetter:
    """The invitation to apply for extension.

    apply_by_on: the day we ask for; never after ends_on. has_continuation_effect: the catalogue says
    that § 81 Abs. 4 Satz 1 AufenthG holds for this kind of title (not for § 104c and the like).
    """

    KIND: ClassVar[str] = "invitation_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase
    title_form: TitleForm
    ends_on: date
    apply_by_on: date
    papers: tuple[Paper, ...]
    has_continuation_effect: bool = False
    is_online_booking: bool = True


@dataclass(frozen=True, slots=True)
class ExpiredLetter:
    """The title had already ended when it was first seen: no invitation, a request to call in."""

    KIND: ClassVar[str] = "expired_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase
    title_form: TitleForm
    ended_on: date


@dataclass(frozen=True, slots=True)
class NewCodeLetter:
    """A fresh access code; the earlier one is dead."""

    KIND: ClassVar[str] = "new_code_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame


@dataclass(frozen=True, slots=True)
class ApplicationReceipt:
    """Proof of what was applied for, when it was received and how; not an interim confirmation."""

    KIND: ClassVar[str] = "application_receipt"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase
    title_form: TitleForm
    ends_on: date | None
    received_at: datetime
    channel: ReceiptChannel
    has_continuation_effect: bool = False


@dataclass(frozen=True, slots=True)
class ContactChangedLetter:
    """Tell the old address that address or telephone was changed; the new one is never shown."""

    KIND: ClassVar[str] = "contact_changed_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    changed: ChangedContact
    changed_at: datetime
