"""Match the header of a list to the fields of the register through a mapping file."""

import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from servicedesk.register.errors import BadMapping, HeaderDuplicated, HeaderNotRecognised
from servicedesk.register.rules.fields import FIELDS, REQUIRED, Field, RawRow
from servicedesk.register.rules.parse import build_picker

_BUILT_IN = Path(__file__).resolve().parents[1] / "data" / "mappings"
DELIMITERS = (";", ",", "\t", "|")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Say which column holds which field.

    `columns` maps a field to the folded headers under which it may stand; `values` translates what an export
    writes in a field into what the register expects (`{sex: {"männlich": "m"}}`).
    """

    name: str
    columns: ReadOnly[Field, tuple[str, ...]]
    values: ReadOnly[Field, ReadOnly[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """Say where the fields stand in the records of one file.

    `positions` follows the order of `FIELDS`; -1 where the list lacks the column. `width` counts the columns up
    to the last one with a title. `titles` are the file's own for the fields, `unused` those that no field needs.
    """

    mapping: Mapping
    positions: tuple[int, ...]
    titles: tuple[str, ...]
    width: int
    unused: tuple[str, ...]

    def picker(self) -> Callable[[list[str]], RawRow | str]:
        """Return the function that takes a record's fields apart; see `build_picker`."""
        return build_picker(self.positions, self.width, self.mapping.values)

    @property
    def absent(self) -> tuple[Field, ...]:
        """Return the optional fields that this list does not have."""
        return tuple(name for name, position in zip(FIELDS, self.positions, strict=True) if position < 0)


def fold_header(title: str) -> str:
    """Return a column's title as it is compared: composed, without case, one blank between words."""
    return " ".join(unicodedata.normalize("NFC", title).replace("\ufeff", "").casefold().split())


def load_mapping(file: Path) -> Mapping:
    """Read a mapping file. Raises BadMapping naming every fault."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as fault:
        raise BadMapping(file=file.name, problems=fault.strerror or "nicht lesbar") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadMapping(file=file.name, problems=str(fault)) from fault
    problems: list[str] = []
    mapping = _build(content, file.stem, problems)
    if problems:
        raise BadMapping(file=file.name, problems="; ".join(problems))
    return mapping


@cache
def built_in_mappings() -> tuple[Mapping, ...]:
    """Return the mappings that come with the product, by name."""
    return tuple(load_mapping(file) for file in sorted(_BUILT_IN.glob("*.toml")))


def _build(content: dict[str, Any], stem: str, problems: list[str]) -> Mapping:
    columns: dict[Field, tuple[str, ...]] = {}
    seen: dict[str, str] = {}
    for key, titles in _table(content, "columns", problems).items():
        names = [titles] if isinstance(titles, str) else titles
        if key not in {*FIELDS}:
            problems.append(f"columns.{key}: dieses Feld gibt es nicht; bekannt sind {', '.join(FIELDS)}")
            continue
        if (
            not isinstance(names, list)
            or not names
            or not all(isinstance(name, str) and name.strip() for name in names)
        ):
            problems.append(
                f"columns.{key}: ein Spaltentitel oder eine Liste von Spaltentiteln wird erwartet"
            )
            continue
        columns[Field(key)] = tuple(fold_header(name) for name in names)
        taken = [name for name in columns[Field(key)] if seen.setdefault(name, key) != key]
        problems.extend(f"columns.{key}: „{name}“ gehört schon zu {seen[name]}" for name in taken)
    missing = [
        name for name in FIELDS if name in REQUIRED and name not in columns and name not in seen.values()
    ]
    if missing:
        problems.append(f"columns: es fehlen {', '.join(missing)}")
    values: dict[Field, dict[str, str]] = {}
    for key, table in _table(content, "values", problems).items():
        if (
            key not in {*FIELDS}
            or not isinstance(table, dict)
            or not all(isinstance(v, str) for v in table.values())
        ):
            problems.append(f"values.{key}: eine Tabelle von Texten zu einem bekannten Feld wird erwartet")
            continue
        values[Field(key)] = {str(old): new for old, new in table.items()}
    unknown = set(content) - {"name", "columns", "values"}
    problems.extend(f"{key}: unbekannter Schlüssel" for key in sorted(unknown))
    name = content.get("name", stem)
    return Mapping(name if isinstance(name, str) else stem, columns, values)


def _table(content: dict[str, Any], key: str, problems: list[str]) -> dict[str, Any]:
    table = content.get(key, {})
    if isinstance(table, dict):
        return table
    problems.append(f"{key}: eine Tabelle wird erwartet")
    return {}


def count_known(titles: Sequence[str], mappings: Sequence[Mapping]) -> int:
    """Return how many titles the best mapping knows; tells the right delimiter from the wrong ones."""
    folded = {fold_header(title) for title in titles}
    return max(
        sum(not folded.isdisjoint(names) for names in mapping.columns.values()) for mapping in mappings
    )


def match_header(titles: Sequence[str], mappings: Sequence[Mapping]) -> Layout:
    """Return where the fields stand, by the mapping that knows most of the titles.

    Columns may come in any order and may be more than needed. Raises HeaderDuplicated when a needed title stands
    twice, HeaderNotRecognised when a column of the mapping is missing.
    """
    folded = [fold_header(title) for title in titles]
    layouts = [_lay_out(folded, titles, mapping) for mapping in mappings]
    fitting = [layout for layout in layouts if not _missing(layout)]
    best = max(fitting or layouts, key=lambda layout: sum(position >= 0 for position in layout.positions))
    missing = _missing(best)
    if missing:
        # Without one known title the first line is data, and nobody's name belongs into a message.
        is_header = any(position >= 0 for position in best.positions)
        found = ", ".join(title.strip() for title in titles if title.strip())[:600]
        raise HeaderNotRecognised(
            mapping=best.mapping.name,
            missing=", ".join(f"{name} („{best.mapping.columns[name][0]}“)" for name in missing),
            found=found if is_header else "kein bekannter Spaltentitel; fehlt die Kopfzeile?",
        )
    needed = {name for names in best.mapping.columns.values() for name in names}
    twice = sorted({title for title in folded if title in needed and folded.count(title) > 1})
    if twice:
        raise HeaderDuplicated(columns=", ".join(twice))
    return best


def _missing(layout: Layout) -> list[Field]:
    return [
        name for name in FIELDS if name in layout.mapping.columns and layout.positions[FIELDS.index(name)] < 0
    ]


def _lay_out(folded: list[str], titles: Sequence[str], mapping: Mapping) -> Layout:
    positions = []
    for name in FIELDS:
        places = [folded.index(title) for title in mapping.columns.get(name, ()) if title in folded]
        positions.append(places[0] if places else -1)
    width = max((index + 1 for index, title in enumerate(folded) if title), default=0)
    unused = tuple(
        title.strip()
        for index, title in enumerate(titles)
        if title.strip() and index not in positions and index < width
    )
    own = tuple(titles[position].strip() if position >= 0 else "" for position in positions)
    return Layout(mapping, tuple(positions), own, width, unused)
