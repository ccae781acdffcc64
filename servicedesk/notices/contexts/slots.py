"""What is said about times that office and resident arrange with each other."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from servicedesk.notices.contexts.blocks import LetterFrame, MailFrame, Medium


class SlotNews(enum.Enum):
    """What has happened."""

    ACCEPTED = "accepted"
    OFFERED = "offered"
    """The office answers a request with other times."""
    PROPOSED = "proposed"
    """The office proposes a time by itself."""
    INSTEAD = "instead"
    """The office asks somebody who has an appointment to come at another time."""
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    """The time has come and the office had not answered."""
    LAPSED = "lapsed"
    """The person did not answer; the times are free again."""
    READY = "ready"
    """The papers are complete: a time can be chosen now."""


@dataclass(frozen=True, slots=True)
class NewsTime:
    """A time and the desk where it is."""

    starts_at: datetime
    desk: str


@dataclass(frozen=True, slots=True)
class SlotNewsLetter:
    """Tell it by letter; `reason` is a German sentence of the catalogue, why the office refuses."""

    KIND: ClassVar[str] = "slot_news_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    news: SlotNews
    times: tuple[NewsTime, ...] = ()
    answer_by: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SlotNewsMail:
    """Tell it by e-mail; manage_url leads to the door, it carries no code."""

    KIND: ClassVar[str] = "slot_news_mail"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
    news: SlotNews
    manage_url: str
    times: tuple[NewsTime, ...] = ()
    answer_by: datetime | None = None
    reason: str = ""
