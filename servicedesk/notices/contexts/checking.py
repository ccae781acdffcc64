"""What letters and e-mails around the checking of papers say."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from servicedesk.notices.contexts.blocks import LetterFrame, MailFrame, Medium, PaperForm, Phrase

_NONE = Phrase("")


@dataclass(frozen=True, slots=True)
class WantedPaper:
    """One paper that is asked for; `reason` says why the one handed in will not do, `advice` what to do.

    `note` is what the case worker wrote beside it, in German. `condition`: one of several is enough.
    """

    name: Phrase
    form: PaperForm
    reason: Phrase = _NONE
    advice: Phrase = _NONE
    note: str = ""
    condition: Phrase = _NONE


@dataclass(frozen=True, slots=True)
class PapersMissingLetter:
    """Ask for papers by a day, and say what happens otherwise (§ 82 Abs. 1 und 3 AufenthG); `note` is German."""

    KIND: ClassVar[str] = "papers_missing_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase
    papers: tuple[WantedPaper, ...]
    bring_by_on: date
    law: str
    law_text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaperRejectedLetter:
    """Tell which papers cannot be used, why, and what to do."""

    KIND: ClassVar[str] = "paper_rejected_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase
    papers: tuple[WantedPaper, ...]


@dataclass(frozen=True, slots=True)
class ClarificationLetter:
    """Offer an appointment to talk about a case that does not move on by itself."""

    KIND: ClassVar[str] = "clarification_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase
    minutes: int


@dataclass(frozen=True, slots=True)
class CardReadyLetter:
    """Tell that the card lies ready to be fetched."""

    KIND: ClassVar[str] = "card_ready_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase


@dataclass(frozen=True, slots=True)
class PapersMissingMail:
    """Tell that papers are missing, until when they help, and that a letter says which."""

    KIND: ClassVar[str] = "papers_missing_mail"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
    bring_by_on: date


@dataclass(frozen=True, slots=True)
class PaperRejectedMail:
    """Tell that a paper cannot be used, and that a letter says which."""

    KIND: ClassVar[str] = "paper_rejected_mail"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame


@dataclass(frozen=True, slots=True)
class ClarificationMail:
    """Tell that a conversation is offered."""

    KIND: ClassVar[str] = "clarification_mail"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame


@dataclass(frozen=True, slots=True)
class CardReadyMail:
    """Tell that something lies ready to be fetched; what it is stands in the letter."""

    KIND: ClassVar[str] = "card_ready_mail"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
