"""Decide whether a whole list is plausible against the last one."""

from servicedesk.register.errors import LooksOlder, NeedsConfirmation

_TOLERATED = 0.2
_TOLERATED_STEPS_BACK = 0.001
_FEWEST_STEPS_BACK = 3


def check_size(lines: int, before: int | None, *, is_confirmed: bool) -> None:
    """Raise NeedsConfirmation when the number of lines moved by more than a fifth.

    `before` is the number of lines of the last finished import; without one nothing is asked.
    """
    if is_confirmed or not before:
        return
    growth = (lines - before) / before
    if abs(growth) > _TOLERATED:
        raise NeedsConfirmation(lines=lines, before=before, percent=f"{growth * 100:+.0f}")


def check_age(people_back: int, known_titles: int, *, is_confirmed: bool) -> None:
    """Raise LooksOlder when many people would step back to a title that was renewed already."""
    if is_confirmed:
        return
    if people_back >= max(_FEWEST_STEPS_BACK, _TOLERATED_STEPS_BACK * known_titles):
        raise LooksOlder(people=people_back)
