"""Let permits run on where an ordinance says so; the ordinances themselves are data."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_FILE = Path(__file__).resolve().parents[1] / "data" / "ordinances.toml"
_NOISE = re.compile(r"\bAufenthG\b|\bAbs(?:atz)?\b|§|\bSatz\b|\bS\b")
_GAPS = re.compile(r"[\s.,]+")


@dataclass(frozen=True, slots=True)
class Ordinance:
    """Extend permits of some legal bases that were valid on a day; days as ISO texts."""

    id: str
    bases: frozenset[str]
    valid_on: str
    runs_on_until: str
    source_url: str
    checked_on: date

    def covers(self, issued_on: str, ends_on: str) -> bool:
        """Tell whether a permit was valid on the day; an unknown issue date counts as before it."""
        return issued_on <= self.valid_on <= ends_on


def normalise_basis(text: str) -> str:
    """Return a legal basis without signs and words: `§ 24 Abs. 1 AufenthG` and `24.1` are both `24.1`."""
    return ".".join(part for part in _GAPS.split(_NOISE.sub(" ", text)) if part)


def load_ordinances(file: Path = _FILE) -> tuple[Ordinance, ...]:
    """Read the ordinances that come with the product."""
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(
        Ordinance(
            id=entry["id"],
            bases=frozenset(normalise_basis(basis) for basis in entry["legal_basis"]),
            valid_on=entry["valid_on"].isoformat(),
            runs_on_until=entry["runs_on_until"].isoformat(),
            source_url=entry["source_url"],
            checked_on=entry["checked_on"],
        )
        for entry in content["ordinance"]
    )


def effective_end(rules: tuple[Ordinance, ...], issued_on: str, ends_on: str) -> str:
    """Return the later of the printed end and the ends by those ordinances that cover the permit."""
    return max([ends_on, *(rule.runs_on_until for rule in rules if rule.covers(issued_on, ends_on))])
