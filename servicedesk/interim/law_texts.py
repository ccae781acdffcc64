"""Load the sentences of the law that letters quote, from their data file."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from servicedesk.kernel.errors import ConfigurationError

_FILE = Path(__file__).parent / "data" / "law_texts.toml"


@dataclass(frozen=True, slots=True)
class LawText:
    """Be one sentence of the law, word for word, from the day it holds."""

    norm: str
    text: str
    valid_from: date


def continuation(today: date) -> LawText:
    """Return the sentence by which a title continues (§ 81 Abs. 4 Satz 1 AufenthG), as it reads on a day."""
    versions = load_law_texts()["title_continues"]
    return max((one for one in versions if one.valid_from <= today), key=_since, default=versions[0])


@cache
def load_law_texts(file: Path = _FILE) -> dict[str, tuple[LawText, ...]]:
    """Return the sentences by code, oldest version first; raises ConfigurationError."""
    found: dict[str, list[LawText]] = {}
    try:
        for entry in tomllib.loads(file.read_text(encoding="utf-8"))["sentence"]:
            text = LawText(entry["norm"], entry["text"], entry["valid_from"])
            found.setdefault(entry["code"], []).append(text)
    except (OSError, tomllib.TOMLDecodeError, KeyError) as fault:
        raise ConfigurationError([f"{file.name}: {fault}"]) from fault
    return {code: tuple(sorted(texts, key=_since)) for code, texts in found.items()}


def _since(text: LawText) -> date:
    return text.valid_from
