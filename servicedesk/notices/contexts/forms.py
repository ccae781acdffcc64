"""What a printed form says: items with common numbers, in German and one other language side by side."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from servicedesk.notices.contexts.blocks import OfficeBlock, Phrase

_NOTHING = Phrase("")


class ItemKind(enum.Enum):
    """How an item is filled in on paper."""

    LINE = "line"
    LINES = "lines"
    TICKS = "ticks"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class FormTick:
    """One answer to tick."""

    name: Phrase
    is_ticked: bool = False


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of a table, a text per column; empty texts are lines to write on."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormItem:
    """One item. `number` counts both sides alike; `text` is what stands in it, as it was typed.

    `condition` says for whom the item is while nobody knows; `note` stands in place of what is not printed here.
    """

    number: str
    name: Phrase
    kind: ItemKind
    help: Phrase = _NOTHING
    condition: Phrase = _NOTHING
    text: str = ""
    note: Phrase = _NOTHING
    ticks: tuple[FormTick, ...] = ()
    columns: tuple[Phrase, ...] = ()
    rows: tuple[FormRow, ...] = ()


@dataclass(frozen=True, slots=True)
class FormSection:
    """Items under one heading."""

    number: str
    name: Phrase
    items: tuple[FormItem, ...]
    text: Phrase = _NOTHING


@dataclass(frozen=True, slots=True)
class FormArrival:
    """How a form reached the office over the net; `language` is the name of the language it was filled in."""

    ref: str
    received_at: datetime
    language: str
    number: int
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class FormSheet:
    """A form for the printer; `subject` is the case's reference, empty on a blank one.

    With `arrival` nothing is left to write: empty items say so.
    """

    locale: str
    office: OfficeBlock
    name: Phrase
    sections: tuple[FormSection, ...]
    declaration: Phrase
    why: Phrase
    signatures: tuple[Phrase, ...]
    version: str
    printed_on: date
    is_machine_translated: bool = True
    is_large: bool = False
    subject: str = ""
    needs_hand: bool = True
    arrival: FormArrival | None = None

    @property
    def is_blank(self) -> bool:
        """Tell whether the form names nobody."""
        return not self.subject
