"""Sort what waits about interim confirmations into the groups a case worker works through, and lead back to them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import url_for

from servicedesk.interim.queries.register import ConfirmationRow
from servicedesk.interim.rules.values import OutcomeKind
from servicedesk.interim.service import Done, Released


class Work(StrEnum):
    """Name a group, as it stands in the address."""

    release = "release"
    """Every fact is machine-checked: one press, or all at once."""
    look = "look"
    """A person has to look at the facts, or to decide, before the release."""
    second = "second"
    """Released by one person, a second pair of eyes is missing."""
    seal = "seal"
    """Released, but not issued."""


TOLD: Mapping[str, Done] = {"released": Done.issued, "agreed": Done.first_of_two, "unsealed": Done.released}
"""How the address names what became of releases."""


@dataclass(frozen=True, slots=True)
class WorkRow:
    """Be one proposal with its group; `is_mine_first`: the reader gave the first release, another has to follow."""

    row: ConfirmationRow
    work: Work
    is_mine_first: bool

    @property
    def is_pressable(self) -> bool:
        """Tell whether the reader may release it from a list, without opening it."""
        return (
            self.row.is_machine_checked
            and self.work in {Work.release, Work.second}
            and not self.is_mine_first
        )


def sort_work(rows: Iterable[ConfirmationRow], reader: str) -> tuple[WorkRow, ...]:
    """Return the rows with their groups, in their order; `reader` is the actor's reference."""
    return tuple(WorkRow(row, _work_of(row), _is_mine(row, reader)) for row in rows)


def pick(work: Sequence[WorkRow], *groups: Work) -> tuple[WorkRow, ...]:
    """Return the rows of some groups."""
    return tuple(one for one in work if one.work in groups)


def list_address(released: Sequence[Released], **more: Any) -> str:
    """Return the address of the list that tells what became of some releases; `more` stands in it, too."""
    counts = Counter(one.done for one in released)
    told: dict[str, Any] = {name: counts[done] or None for name, done in TOLD.items()}
    return url_for("staff.interim", **told, **more)


def _work_of(row: ConfirmationRow) -> Work:
    if row.state == "released":
        return Work.seal
    if row.first_released_at is not None:
        return Work.second
    if row.outcome_kind == OutcomeKind.issue and row.is_machine_checked:
        return Work.release
    return Work.look


def _is_mine(row: ConfirmationRow, reader: str) -> bool:
    return row.first_released_at is not None and row.first_released_by == reader
