"""Write dates, times and names as a reader of a language expects them; pure, the language is an argument.

Texts that run left to right in any language (dates in digits, times, codes) are isolated by the templates.
"""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from servicedesk.kernel.locales import Language, write_day


def short_date(day: date, language: Language) -> str:
    """Write a day in digits as the residence card does: 04.12.2026."""
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"


def weekday_date(day: date, language: Language) -> str:
    """Write a day with its weekday and month name: Freitag, 4. Dezember 2026."""
    return write_day(day, language)


def money(cents: int, language: Language) -> str:
    """Write an amount of euros, without cents where there are none: 93 €, 27,60 €."""
    pattern = (
        "¤#,##0" if language.locale.currency_formats["standard"].pattern.startswith("¤") else "#,##0\u00a0¤"
    )
    if cents % 100:
        pattern = pattern.replace("#,##0", "#,##0.00")
    return format_currency(
        Decimal(cents) / 100, "EUR", pattern, locale=language.locale, currency_digits=False
    )


def wall_time(moment: time | datetime, language: Language) -> str:
    """Write a wall-clock time with 24 hours: 08:15; in English too, as it stands on office doors."""
    return f"{moment.hour:02d}:{moment.minute:02d}"


def local_datetime(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """Write an instant in the office's zone: 23.11.2026, 14:05."""
    local = instant.astimezone(zone)
    return f"{short_date(local.date(), language)}, {wall_time(local, language)}"


def birth_date(year: int, month: int, day: int) -> str:
    """Write a birth date as the card shows it, unknown parts as 00: 00.00.1990."""
    return f"{day:02d}.{month:02d}.{year:04d}"


def full_name(family_name: str, given_names: str) -> str:
    """Join a name in the register's order of parts; one of them may be empty."""
    return " ".join(part for part in (given_names, family_name) if part)


def sorted_name(family_name: str, given_names: str) -> str:
    """Write a name as lists do: Çelik, Özlem."""
    return ", ".join(part for part in (family_name, given_names) if part)
