"""Load what cases know from data files: times, authorities, reasons of a rejection, sentences of the law."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from servicedesk.kernel.errors import ConfigurationError
from servicedesk.offices.rules.details import CheckingChoices

DATA = Path(__file__).parent / "data"
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class CheckingTimes:
    """Say how long things take around the checking of papers; `data/checking.toml` says what each means.

    `waits` are the concerns with a longest wait of their own.
    """

    undo_minutes: int
    bring_days: int
    shortest_bring_days: int
    tell_minutes: int
    stuck_weeks: int
    clarification_minutes: int
    max_wait_days: int
    waits: Mapping[str, int]

    def max_wait_of(self, concern_id: str) -> int:
        """Return after how many days somebody has to have looked at a concern."""
        return self.waits.get(concern_id, self.max_wait_days)


@dataclass(frozen=True, slots=True)
class RejectionReason:
    """Be a reason why a paper cannot be used; texts are German message ids."""

    id: str
    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Be a sentence of the law, word for word, from the day it holds."""

    norm: str
    text: str
    valid_from: date


@cache
def load_times(file: Path = DATA / "checking.toml") -> CheckingTimes:
    """Return what holds where an office chose nothing; raises ConfigurationError."""

    def build(data: Mapping[str, Any]) -> CheckingTimes:
        names = {field.name for field in fields(CheckingTimes)} - {"waits"}
        return CheckingTimes(
            **{name: int(data["defaults"][name]) for name in names},
            waits={entry["concern"]: int(entry["days"]) for entry in data.get("wait", ())},
        )

    return _read(file, build)


def times_of(choices: CheckingChoices) -> CheckingTimes:
    """Return what holds for an office: its choices over the product's defaults."""
    times = load_times()
    chosen = {
        field.name: value
        for field in fields(CheckingTimes)
        if field.name not in {"waits", "shortest_bring_days"}
        and (value := getattr(choices, field.name)) is not None
    }
    return replace(times, **chosen, waits={**times.waits, **choices.waits})


@cache
def load_authorities(file: Path = DATA / "authorities.toml") -> dict[str, str]:
    """Return whom a case may wait for: id → German message id, in the order of the list."""
    return _read(file, lambda data: {entry["id"]: str(entry["name"]) for entry in data["authority"]})


@cache
def load_reasons(file: Path = DATA / "rejection_reasons.toml") -> dict[str, RejectionReason]:
    """Return the reasons of a rejection by id, in the order of the list."""
    return _read(file, lambda data: {entry["id"]: RejectionReason(**entry) for entry in data["reason"]})


def find_reason(reason_id: str | None) -> RejectionReason | None:
    """Return a reason of the list; None for none, and for one that a later version has dropped."""
    return load_reasons().get(reason_id) if reason_id else None


def cooperation(today: date, file: Path = DATA / "law_texts.toml") -> Sentence:
    """Return the duty to bring papers (§ 82 Abs. 1 AufenthG) as it reads on a day."""
    versions = _sentences(file)["cooperation"]
    return max((one for one in versions if one.valid_from <= today), key=_since, default=versions[0])


@cache
def _sentences(file: Path) -> dict[str, tuple[Sentence, ...]]:
    def build(data: Mapping[str, Any]) -> dict[str, tuple[Sentence, ...]]:
        found: dict[str, list[Sentence]] = {}
        for entry in data["sentence"]:
            text = Sentence(entry["norm"], entry["text"], entry["valid_from"])
            found.setdefault(entry["code"], []).append(text)
        return {code: tuple(sorted(texts, key=_since)) for code, texts in found.items()}

    return _read(file, build)


def _since(sentence: Sentence) -> date:
    return sentence.valid_from


def _read(file: Path, build: Callable[[Mapping[str, Any]], Entry]) -> Entry:
    try:
        return build(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise ConfigurationError([f"{file.name}: {fault!r}"]) from fault
