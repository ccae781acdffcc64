"""Keep the table of legal sources in step with the data files that name them.

python -m tools.legal_sources write   write docs/legal-sources/README.md
python -m tools.legal_sources check   exit 1 where the page is another one, or a source was read too long ago
"""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from servicedesk.kernel.clock import SystemClock

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "legal-sources" / "README.md"
READ_AGAIN_AFTER = timedelta(days=366)
"""Laws and fees change with the year: within one, somebody opens every source again."""

_HEAD = """# Legal sources

Every law, ordinance and official page that the data files name, with the day on which somebody last read it and the
day from which the rule in the file holds. Written by `python -m tools.legal_sources write`; a test holds the page to the
files, and fails for a source that nobody has read for {days} days.

To check a source: open it, compare it with the entries named beside it, correct them where needed, and set their
`checked_on`. A rule that changes gets a new entry with its own `valid_from`; the old one gets `valid_until`.

{sources} sources in {entries} entries of {files} files, last read between {first} and {last}.
"""


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """Name one entry that rests on a source."""

    url: str
    valid_from: date
    checked_on: date
    file: str
    entry: str


def list_files(root: Path = ROOT) -> list[Path]:
    """Return the data files of every room."""
    return sorted((root / "servicedesk").glob("*/data/*.toml"))


def list_uses(root: Path = ROOT) -> list[Use]:
    """Return every entry with a source, by address; raises KeyError for one without its days."""
    return sorted(
        Use(
            entry["source_url"],
            entry["valid_from"],
            entry["checked_on"],
            file.relative_to(root).as_posix(),
            name,
        )
        for file in list_files(root)
        for entry, name in _entries(tomllib.loads(file.read_text(encoding="utf-8")), file.stem)
    )


def _entries(value: object, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(value, dict):
        own = next((str(value[key]) for key in ("id", "code", "concern", "key") if value.get(key)), name)
        if "source_url" in value:
            yield value, own
        for key, inner in value.items():
            yield from _entries(inner, key if own == name else f"{own}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner, name)


def list_stale(uses: list[Use], today: date) -> list[Use]:
    """Return what was read too long ago, or in the future."""
    return [
        use for use in uses if not today - READ_AGAIN_AFTER <= use.checked_on <= today + timedelta(days=1)
    ]


def build_page(uses: list[Use]) -> str:
    """Return the page."""
    days = [use.checked_on for use in uses]
    lines = [
        _HEAD.format(
            days=READ_AGAIN_AFTER.days,
            sources=len({use.url for use in uses}),
            entries=len(uses),
            files=len({use.file for use in uses}),
            first=min(days),
            last=max(days),
        ),
        "| Source | Holds from | Last read | Used in |",
        "|---|---|---|---|",
    ]
    for (url, valid_from, checked_on), same in groupby(
        uses, key=lambda use: (use.url, use.valid_from, use.checked_on)
    ):
        lines.append(f"| <{url}> | {valid_from} | {checked_on} | {_where(list(same))} |")
    return "\n".join(lines) + "\n"


def _where(uses: list[Use]) -> str:
    return "; ".join(
        f"`{file.removeprefix('servicedesk/')}`: {', '.join(dict.fromkeys(use.entry for use in inside))}"
        for file, inside in groupby(uses, key=lambda use: use.file)
    )


def main() -> int:
    uses = list_uses()
    if sys.argv[1:] == ["write"]:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(build_page(uses), encoding="utf-8")
        return 0
    stale = list_stale(uses, SystemClock().now().date())
    for use in stale:
        print(f"{use.file} {use.entry}: {use.url} was last read on {use.checked_on}", file=sys.stderr)
    is_same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == build_page(uses)
    if not is_same:
        print("docs/legal-sources/README.md: run python -m tools.legal_sources write", file=sys.stderr)
    return 1 if stale or not is_same else 0


if __name__ == "__main__":
    sys.exit(main())
