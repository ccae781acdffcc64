"""Decide about questions: how many may wait, by when they are answered, how long answers are shown; pure."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from servicedesk.cases.question_errors import AnswerEmpty, QuestionEmpty, QuestionsToday, QuestionsWaiting
from servicedesk.cases.rules import N_
from servicedesk.kernel.locales import get_language

QUESTION_LABELS: Mapping[str, str] = {
    "ask_question": N_("Frage gestellt"),
    "forward_question": N_("Frage weitergegeben"),
    "answer_case_question": N_("Frage beantwortet"),
    "hide_question": N_("Antwort im Internet ausgeblendet"),
    "alarm_question": N_("Frage wartet zu lange, Team benachrichtigt"),
}
"""What the history of a case calls each act."""

MOST_WAITING = 3
MOST_A_DAY = 5
LONGEST_QUESTION = 1000
LONGEST_ANSWER = 3000
SHOWN_FOR = timedelta(days=30)
"""How long an answer stays readable behind the code: whoever finds the letter later reads none of it (ADR 0037)."""


class Wish(StrEnum):
    """Say how a person wants to hear of the answer without a confirmed e-mail address."""

    letter = "letter"
    page = "page"


class Told(StrEnum):
    """Say how a person was told."""

    email = "email"
    letter = "letter"
    page = "page"


@dataclass(frozen=True, slots=True)
class Block:
    """Be a sentence that is said every day; texts are German message ids."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Be what the office answered: ready sentences, then own words in the language `locale`.

    The sentences are kept as they were worded on that day, in German: what was said stays what was said.
    """

    sentences: tuple[str, ...]
    text: str
    locale: str

    def to_bytes(self) -> bytes:
        """Return the value as it is sealed."""
        plain = {"sentences": list(self.sentences), "text": self.text, "locale": self.locale}
        return json.dumps(plain, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Answer":
        """Return the value written by `to_bytes`."""
        plain = json.loads(stored)
        return cls(tuple(plain["sentences"]), plain["text"], plain["locale"])


@cache
def load_blocks(file: Path = Path(__file__).parent / "data" / "answer_blocks.toml") -> Mapping[str, Block]:
    """Return the ready sentences by id, in the order in which they are offered."""
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["block"]
    return {entry["id"]: Block(**entry) for entry in entries}


def check_question(text: str, *, waiting: int, within_a_day: int) -> str:
    """Return the question as it is kept; raises QuestionEmpty, QuestionsWaiting, QuestionsToday."""
    kept = text.strip()[:LONGEST_QUESTION]
    if not kept:
        raise QuestionEmpty
    if waiting >= MOST_WAITING:
        raise QuestionsWaiting(limit=MOST_WAITING)
    if within_a_day >= MOST_A_DAY:
        raise QuestionsToday(limit=MOST_A_DAY)
    return kept


def build_answer(block_ids: tuple[str, ...], text: str, locale: str) -> Answer:
    """Return the answer made of ready sentences and own words; raises AnswerEmpty."""
    blocks = load_blocks()
    sentences = tuple(block.text for block in blocks.values() if block.id in block_ids)
    words = text.strip()[:LONGEST_ANSWER]
    if not sentences and not words:
        raise AnswerEmpty
    return Answer(sentences, words, get_language(locale).tag)


def answer_due(asked_on: date, days: int) -> date:
    """Return the day by whose end a question asked on `asked_on` is to be answered."""
    return asked_on + timedelta(days=days)


def is_shown(answered_at: datetime | None, hidden_at: datetime | None, now: datetime) -> bool:
    """Tell whether question and answer may still be read behind the code."""
    if hidden_at is not None:
        return False
    return answered_at is None or now - answered_at < SHOWN_FOR
