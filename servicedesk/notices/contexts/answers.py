"""What a message about an answered question says; classes with a KIND are messages of the outbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from servicedesk.notices.contexts.blocks import LetterFrame, MailFrame, Medium, Phrase


@dataclass(frozen=True, slots=True)
class QuestionAnsweredMail:
    """A question is answered; what was asked and answered stands behind the code only."""

    KIND: ClassVar[str] = "question_answered_mail"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
    page_url: str


@dataclass(frozen=True, slots=True)
class QuestionAnsweredLetter:
    """The answer itself, for somebody without an e-mail address: ready sentences, then the office's own words.

    The own words stand as they were typed, in the language `text_lang`; nobody translates them.
    """

    KIND: ClassVar[str] = "question_answered_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    asked_at: datetime
    sentences: tuple[Phrase, ...]
    text: str
    text_lang: str
    text_dir: str
    text_name: str
