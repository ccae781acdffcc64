"""Read typed values out of a parsed TOML table, noting every problem with its line instead of stopping."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any, TypeVar

from servicedesk.kernel.locales import LANGUAGES
from servicedesk.offices.errors import Problem
from servicedesk.offices.rules.setup.lines import Path

T = TypeVar("T")

_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?:\s*(?:Uhr|h))?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>\"(),;:]+@[^@\s<>\"(),;:.]+(\.[^@\s<>\"(),;:.]+)+")
_PHONE = re.compile(r"\+?[\d ()/-]{3,}")
_STEP_MINUTES = 5
_KINDS = {str: "text", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"}


class Findings:
    """Collect problems and warnings of one file; knows the line of every key."""

    def __init__(self, lines: Mapping[Path, int]) -> None:
        self._lines = lines
        self.problems: list[Problem] = []
        self.warnings: list[str] = []

    def problem(self, path: Path, sentence: str) -> None:
        """Note what is wrong at `path`."""
        self.problems.append(Problem(self.line(path), spell(path), sentence))

    def warn(self, path: Path, sentence: str) -> None:
        """Note what is allowed but odd at `path`."""
        self.warnings.append(str(Problem(self.line(path), spell(path), sentence)))

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest table around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


def spell(path: Path) -> str:
    """Return a path for people: items count from one."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def did_you_mean(wrong: str, known: Collection[str]) -> str:
    """Return a hint at the nearest known word, or else what is known."""
    near = get_close_matches(wrong, list(known), n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    if not known:
        return "none is defined"
    if len(known) > 80:
        return f"none of the {len(known)} known ones is close to it"
    return f"known: {', '.join(sorted(known))}"


class Table:
    """Read the keys of one table; `finish` reports those that nobody asked for."""

    def __init__(self, found: Findings, raw: object, path: Path) -> None:
        self.found = found
        self.path = path
        self._raw: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        self._asked: list[str] = []
        if not isinstance(raw, dict):
            found.problem(path, f"must be a table, not {_kind(raw)}")

    def has(self, key: str) -> bool:
        """Tell whether the key is written."""
        self._ask(key)
        return key in self._raw

    def at(self, key: str) -> Path:
        """Return the path of a key."""
        return (*self.path, key)

    def problem(self, key: str, sentence: str) -> None:
        """Note what is wrong with the value of a key."""
        self.found.problem(self.at(key), sentence)

    def text(self, key: str, *, required: bool = False, limit: int = 200) -> str:
        """Return one line of text, empty where it is missing or wrong."""
        value = self._typed(key, str, required=required)
        if value is None:
            return ""
        value = value.strip()
        if required and not value:
            self.problem(key, "is empty; write a text")
        elif any(ord(character) < 32 or ord(character) == 127 for character in value):
            self.problem(key, "must be one line without control characters")
        elif len(value) > limit:
            self.problem(key, f"has {len(value)} characters; at most {limit} fit")
        else:
            return value
        return ""

    def long_text(self, key: str) -> str:
        """Return text of several lines."""
        return (self._typed(key, str) or "").strip()

    def local_text(self, key: str) -> dict[str, str]:
        """Return texts by language; a plain text is German."""
        if not self.has(key):
            return {}
        raw = self._raw[key]
        if isinstance(raw, str):
            return {"de": raw.strip()} if raw.strip() else {}
        if not isinstance(raw, dict):
            self.problem(key, f"must be a text, or a table of texts by language, not {_kind(raw)}")
            return {}
        table = Table(self.found, raw, self.at(key))
        texts = {tag: table.long_text(tag) for tag in LANGUAGES if table.has(tag)}
        table.finish()
        if texts and not texts.get("de"):
            self.problem(key, "lacks the German text, which is the authoritative one; add de = …")
        return {tag: text for tag, text in texts.items() if text}

    def ref(self, key: str, *, required: bool = True) -> str:
        """Return a reference of plain letters, digits, "-" and "_"."""
        value = self.text(key, required=required)
        if value and not _REF.fullmatch(value):
            self.problem(key, f"{value!r} is no reference; use at most 40 letters a–z, digits, '-' and '_'")
            return ""
        return value

    def reference_to(
        self, key: str, kind: str, known: Collection[str], *, required: bool = False
    ) -> str | None:
        """Return a reference that must be among `known`."""
        value = self.text(key, required=required)
        if value and value not in known:
            self.problem(key, f"there is no {kind} {value!r}; {did_you_mean(value, known)}")
            return None
        return value or None

    def choice(self, key: str, known: Collection[str], default: str) -> str:
        """Return one of the known words, the default where it is missing or wrong."""
        value = self.text(key) if self.has(key) else default
        if value in known:
            return value
        self.problem(key, f"{value!r} is not known; {did_you_mean(value, known)}")
        return default

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._typed(key, bool)
        return default if value is None else value

    def integer(self, key: str, low: int, high: int) -> int | None:
        """Return a whole number between two bounds, both included."""
        value = self._typed(key, int)
        if value is not None and not low <= value <= high:
            self.problem(key, f"must lie between {low} and {high}, not {value}")
            return None
        return value

    def strings(self, key: str, *, required: bool = False) -> Sequence[tuple[Path, str]]:
        """Return a list of texts, each with its path."""
        items = self._typed(key, list, required=required)
        if items is None:
            return ()
        if required and not items:
            self.problem(key, "is empty; name at least one")
        for index, item in enumerate(items):
            if not isinstance(item, str) or not item.strip():
                self.found.problem((*self.at(key), index), f"must be a text, not {_kind(item)}")
        return [
            ((*self.at(key), index), item.strip())
            for index, item in enumerate(items)
            if isinstance(item, str) and item.strip()
        ]

    def tables(self, key: str) -> Iterator["Table"]:
        """Yield every table of an array of tables."""
        for index, item in enumerate(self._typed(key, list) or ()):
            yield Table(self.found, item, (*self.at(key), index))

    def table(self, key: str) -> "Table":
        """Return one table, empty where it is missing."""
        return Table(self.found, self._typed(key, dict) or {}, self.at(key))

    def day(self, key: str, *, required: bool = False) -> date | None:
        """Return a calendar day, written bare or as text."""
        value = self._value(key, required=required)
        if type(value) is date:
            return value
        return self._parsed(key, value, date.fromisoformat, "a date; write 2026-12-24")

    def wall_time(self, key: str) -> time | None:
        """Return a time of day on the grid of five minutes."""
        value = self._value(key, required=True)
        parsed = (
            value
            if isinstance(value, time)
            else self._parsed(key, value, _parse_time, "a time of day; write '08:00'")
        )
        if parsed is not None and (parsed.minute % _STEP_MINUTES or parsed.second or parsed.microsecond):
            self.problem(key, f"{parsed:%H:%M:%S} is off the grid; write a multiple of five minutes")
            return None
        return parsed

    def email(self, key: str) -> str:
        """Return an e-mail address."""
        value = self.text(key)
        if value and not _EMAIL.fullmatch(value):
            self.problem(key, f"{value!r} is no e-mail address")
        return value

    def phone(self, key: str) -> str:
        """Return a telephone number as it is to be printed."""
        value = self.text(key, limit=60)
        if value and not _PHONE.fullmatch(value):
            self.problem(
                key, f"{value!r} is no telephone number; use digits, spaces, '+', '/', '-' and brackets"
            )
        return value

    def finish(self) -> None:
        """Report every key that is not part of the format."""
        for key in self._raw:
            if key not in self._asked:
                self.problem(key, f"is not a key of the office file here; {did_you_mean(key, self._asked)}")

    def _ask(self, key: str) -> None:
        if key not in self._asked:
            self._asked.append(key)

    def _value(self, key: str, *, required: bool = False) -> Any:
        self._ask(key)
        if required and key not in self._raw:
            self.problem(key, f"is missing; add {key} = …")
        return self._raw.get(key)

    def _typed(self, key: str, kind: type[T], *, required: bool = False) -> T | None:
        value = self._value(key, required=required)
        if value is None:
            return None
        if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return value
        self.problem(key, f"must be {_KINDS[kind]}, not {_kind(value)}")
        return None

    def _parsed(self, key: str, value: Any, parse: Callable[[str], T], wanted: str) -> T | None:
        if value is None:
            return None
        try:
            if isinstance(value, str):
                return parse(value.strip())
        except ValueError:
            pass
        self.problem(key, f"{str(value)!r} is not {wanted}")
        return None


def _parse_time(text: str) -> time:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return time(int(match[1]), int(match[2]))


def _kind(value: object) -> str:
    for kind, name in ((bool, "true or false"), (int, "a number"), (float, "a number"), (str, "text")):
        if isinstance(value, kind):
            return name
    if isinstance(value, (date, datetime, time)):
        return "a date or time"
    return "a list" if isinstance(value, list) else "a table"
