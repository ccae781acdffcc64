"""Speak the recipient's language: texts, dates, times and what keeps them in order between scripts.

One Wording per language serves letters and e-mails alike. Nothing here knows a request; the language
is always the recipient's.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_time, get_day_names
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from servicedesk.kernel.locales import GERMAN, Language, Untranslated, get_language, translations, write_day
from servicedesk.notices.contexts import Opening

#: Marks a message id for extraction where the sentence is looked up later.
N_ = str

_LRI, _FSI, _PDI = "\u2066", "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """Days and times of one line of opening hours, ready to print."""

    days: str
    times: tuple[str, ...]


class Wording:
    """Texts and formats of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._catalogue = translations(language.tag)

    @property
    def is_german(self) -> bool:
        """Tell whether this is the authoritative language."""
        return self.language.tag == GERMAN.tag

    def text(self, message: str) -> str:
        """Return the translation of a German sentence, the sentence itself where there is none."""
        return str(self._catalogue.gettext(message))

    def has(self, message: str) -> bool:
        """Tell whether the sentence is translated; German always is."""
        return not isinstance(self._catalogue.gettext(message), Untranslated)

    def html(self, message: str) -> Markup:
        """Return the translation escaped; an untranslated sentence is marked as German, left to right."""
        if self.has(message):
            return escape(self.text(message))
        return Markup('<span lang="de" dir="ltr">%s</span>') % message

    def filled(self, message: str, **values: object) -> Markup:
        """Fill a sentence for HTML; plain values are escaped. A translation that cannot be filled gives the German."""
        try:
            return self.html(message) % values
        except (KeyError, ValueError, TypeError):
            return german(message) % values

    def day(self, day: date) -> str:
        """Format a date with its weekday: `Freitag, 22. Januar 2027`."""
        return write_day(day, self.language)

    def figures(self, day: date) -> str:
        """Write a day in digits as the residence card does: `22.01.2027`."""
        return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"

    def day_of(self, instant: datetime, time_zone: str) -> str:
        """Format the local date of an instant, with its weekday."""
        return self.day(instant.astimezone(ZoneInfo(time_zone)).date())

    def clock(self, value: time) -> str:
        """Format a wall time in 24 hours, as the office's door and the case worker say it: `08:30`."""
        return format_time(value, format="HH:mm", locale=self.language.locale)

    def clock_of(self, instant: datetime, time_zone: str) -> str:
        """Format the local wall time of an instant."""
        return self.clock(instant.astimezone(ZoneInfo(time_zone)).time())

    def opening_lines(self, openings: Sequence[Opening]) -> tuple[OpeningLine, ...]:
        """Group opening hours by days with equal times; neighbouring days become a range."""
        names = get_day_names("wide", locale=self.language.locale)
        by_day: dict[int, list[tuple[time, time]]] = {}
        for opening in openings:
            for weekday in opening.weekdays:
                by_day.setdefault(weekday, []).append((opening.opens, opening.closes))
        groups: list[tuple[list[int], list[tuple[time, time]]]] = []
        for weekday in sorted(by_day):
            times = sorted(by_day[weekday])
            if groups and groups[-1][1] == times and groups[-1][0][-1] == weekday - 1:
                groups[-1][0].append(weekday)
            else:
                groups.append(([weekday], times))
        lines: list[OpeningLine] = []
        for days, times in groups:
            first, last = names[days[0] - 1], names[days[-1] - 1]
            label = first if len(days) == 1 else f"{first} – {last}"
            spans = tuple(f"{self.clock(opens)}–{self.clock(closes)}" for opens, closes in times)
            lines.append(OpeningLine(days=label, times=spans))
        return tuple(lines)

    def plain(self, message: str, **values: str) -> str:
        """Fill a sentence for a plain text; in a right-to-left language every value is isolated."""
        is_isolated = self.language.is_rtl and self.has(message)
        filled = {name: isolate(value) for name, value in values.items()} if is_isolated else values
        try:
            return self.text(message) % filled
        except (KeyError, ValueError, TypeError):
            return message % values


def is_rtl_text(text: str) -> bool:
    """Tell the direction of a text by its first strong character; left to right where there is none."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"R", "AL"}:
            return True
        if direction == "L":
            return False
    return False


def isolate(text: str) -> str:
    """Keep a value in order inside a plain text of the other direction."""
    opener = _FSI if any(unicodedata.bidirectional(c) in {"L", "R", "AL"} for c in text) else _LRI
    return f"{opener}{text}{_PDI}"


def ltr(text: object) -> Markup:
    """Mark a code, file number, telephone number, time or address on the net as left to right."""
    return Markup('<span dir="ltr">%s</span>') % text


def strong_ltr(text: object) -> Markup:
    """Mark what is to be typed off the paper: left to right, and in bold."""
    return Markup('<span class="strong" dir="ltr">%s</span>') % text


def name_html(text: str) -> Markup:
    """Mark a person's name or a place with the direction of its own script."""
    return Markup('<span dir="%s">%s</span>') % ("rtl" if is_rtl_text(text) else "ltr", text)


def german(text: str) -> Markup:
    """Mark a German text inside another language."""
    return Markup('<span lang="de" dir="ltr">%s</span>') % text


@cache
def get_wording(tag: str) -> Wording:
    """Return the wording of a tag, German where it is unknown."""
    return Wording(get_language(tag))


def _environment(tag: str, *, is_html: bool) -> Environment:
    wording = get_wording(tag)
    environment = Environment(
        loader=PackageLoader("servicedesk.notices", "templates"),
        autoescape=is_html,  # noqa: S701 plain text is not markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = wording.filled if is_html else wording.plain
    environment.globals["N_"] = N_
    environment.globals["wording"] = wording
    environment.filters.update(ltr=ltr, strong_ltr=strong_ltr, name=name_html, german=german)
    return environment


@cache
def get_html_environment(tag: str) -> Environment:
    """Return the environment for HTML templates of a language; everything is escaped."""
    return _environment(tag, is_html=True)


@cache
def get_text_environment(tag: str) -> Environment:
    """Return the environment for plain text templates of a language."""
    return _environment(tag, is_html=False)
