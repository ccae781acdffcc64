"""Decide how long office and resident may take to agree on a time, and why the office says no."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum


def _(message: str) -> str:
    """Mark a text for translation without translating it yet."""
    return message


MOST_OFFERS = 3
"""How many other times the office proposes at most."""

ANSWER_WITHIN = timedelta(days=3)
"""From when on a request that nobody has answered is an alarm for the team lead."""

OFFER_LASTS = timedelta(days=7)
"""How long a proposed time is kept for the person's answer."""


class Origin(StrEnum):
    """Name who began."""

    request = "request"
    office = "office"


class Talk(StrEnum):
    """Name where an arrangement stands."""

    asked = "asked"
    offered = "offered"
    accepted = "accepted"
    declined = "declined"
    refused = "refused"
    withdrawn = "withdrawn"
    overtaken = "overtaken"
    lapsed = "lapsed"


OPEN = frozenset({Talk.asked, Talk.offered})


class Refused(StrEnum):
    """Name why the office refuses a request; each has a sentence for the person."""

    nobody_there = "nobody_there"
    papers_first = "papers_first"
    by_post = "by_post"
    elsewhere = "elsewhere"


REFUSED_LABELS: Mapping[Refused, str] = {
    Refused.nobody_there: _("Zu dieser Zeit kann niemand Sie empfangen."),
    Refused.papers_first: _("Es fehlen noch Unterlagen. Reichen Sie sie zuerst ein."),
    Refused.by_post: _("Für Ihr Anliegen brauchen Sie keinen Termin. Wir schreiben Ihnen."),
    Refused.elsewhere: _("Für Ihr Anliegen ist eine andere Stelle zuständig. Wir schreiben Ihnen, welche."),
}


def decide_lapse(state: Talk, starts: Iterable[datetime], now: datetime) -> datetime:
    """Return when an arrangement ends by itself.

    A request keeps its time until that time has come: that nobody answered is not the person's fault. Proposals
    end after OFFER_LASTS, and never later than the last of them begins.
    """
    last = max(starts)
    return last if state is Talk.asked else min(now + OFFER_LASTS, last)
