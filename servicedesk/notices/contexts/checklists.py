"""What a printed checklist says: one list, in German and one other language side by side."""

import enum
from dataclasses import dataclass
from datetime import date

from servicedesk.notices.contexts.blocks import OfficeBlock, PaperForm, Phrase


class LineMark(enum.Enum):
    """What the box of a line shows: empty to be ticked by hand, or where this person's paper stands."""

    OPEN = "open"
    MISSING = "missing"
    GIVEN = "given"


_NOTHING = Phrase("")


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One wanted document. `number` counts both sides alike ("3", or "3a" where one of several is enough).

    `notes` are further sentences: how old it may be, why it is wanted, where to get it.
    """

    number: str
    name: Phrase
    form: PaperForm
    condition: Phrase = _NOTHING
    notes: tuple[Phrase, ...] = ()
    mark: LineMark = LineMark.OPEN


@dataclass(frozen=True, slots=True)
class ChecklistGroup:
    """Lines that stand together; `heading` is empty but where one of them is enough."""

    lines: tuple[ChecklistLine, ...]
    heading: Phrase = _NOTHING


@dataclass(frozen=True, slots=True)
class ChecklistSheet:
    """A checklist for the printer. `typed_url` is the short address of the same list, without its scheme.

    `file_number` and `name` are empty on a blank list; on the list of a case they say whose it is. `is_draft` says on every page that it does not hold. `is_large` is for
    readers who see little: the languages stand one below the other.
    """

    locale: str
    office: OfficeBlock
    concern: Phrase
    groups: tuple[ChecklistGroup, ...]
    version: str
    printed_on: date
    typed_url: str
    url: str
    is_machine_translated: bool = True
    is_large: bool = False
    file_number: str = ""
    name: str = ""
    is_draft: bool = False

    @property
    def is_of_case(self) -> bool:
        """Tell whether the list belongs to one person's matter."""
        return bool(self.file_number)
