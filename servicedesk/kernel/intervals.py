"""Do calendar arithmetic as the German Civil Code does it, without any database."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_PATTERN = re.compile(r"P(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?")


@dataclass(frozen=True, slots=True)
class Lead:
    """Hold a calendar span in months and days, written as ISO 8601 (`P3M`, `P21D`, `P6W`)."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Lead":
        """Read an ISO 8601 span of months, weeks and days; raises ValueError for anything else."""
        match = _PATTERN.fullmatch(text.strip().upper())
        if match is None or not any(match.groups()):
            raise ValueError(f"not a span of months, weeks or days: {text!r}")
        months, weeks, days = (int(part or 0) for part in match.groups())
        return cls(months=months, days=weeks * 7 + days)

    def __str__(self) -> str:
        """Return the span as ISO 8601."""
        months = f"{self.months}M" if self.months else ""
        days = f"{self.days}D" if self.days or not self.months else ""
        return f"P{months}{days}"

    def before(self, day: date) -> date:
        """Return `day` minus the span: months first (§ 188 Abs. 2, 3 BGB), then days; never before year 1."""
        try:
            return add_months(day, -self.months) - timedelta(days=self.days)
        except (OverflowError, ValueError):
            return date.min

    def latest_end_due(self, today: date) -> date:
        """Return the last end date whose due day (`before`) is not after `today`.

        Month arithmetic is not invertible (30 November and 28 February both stand three months apart from
        several days), so the answer is found by walking the few candidates.
        """
        guess = add_months(today + timedelta(days=self.days), self.months)
        while self.before(guess + timedelta(days=1)) <= today:
            guess += timedelta(days=1)
        while self.before(guess) > today:
            guess -= timedelta(days=1)
        return guess


def add_months(day: date, months: int) -> date:
    """Return the same day number `months` later, or that month's last day where it has no such day.

    § 188 Abs. 2 and 3 BGB. Raises ValueError outside the years 1 to 9999.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= years <= 9999:
        raise ValueError("outside the calendar")
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def age_on(birth: date, day: date) -> int:
    """Return completed years; who is born on 29 February completes a year on 1 March (§ 187 Abs. 2 BGB)."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
