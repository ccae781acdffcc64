"""Say in which weeks something recurs: every week, every n weeks, or by the number of the calendar week."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Parity(StrEnum):
    """Name weeks by their number after ISO 8601, as offices print it on their door."""

    odd = "odd"
    even = "even"


@dataclass(frozen=True, slots=True)
class WeekPattern:
    """Hold in the weeks of one parity, or in every n-th week counted from the week of `since`.

    A year of 53 weeks ends odd and the next begins odd: by number both are open, one after the other. Counting every
    second week goes on across New Year.
    """

    parity: Parity | None = None
    every: int = 1
    since: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the week of `day` is one of them."""
        if self.parity is not None and (day.isocalendar().week % 2 == 1) is not (self.parity is Parity.odd):
            return False
        if self.every == 1 or self.since is None:
            return True
        return (_monday(day) - _monday(self.since)).days // 7 % self.every == 0

    def meets(self, other: "WeekPattern") -> bool:
        """Tell whether both may hold in one week; no only where that is certain."""
        if self.parity is not None and other.parity is not None and self.parity is not other.parity:
            return False
        if self.every != other.every or self.since is None or other.since is None:
            return True
        return (_monday(self.since) - _monday(other.since)).days // 7 % self.every == 0


EVERY_WEEK = WeekPattern()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
