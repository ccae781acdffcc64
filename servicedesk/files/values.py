"""Say what came of looking into a file."""

from dataclasses import dataclass
from enum import StrEnum


class FileState(StrEnum):
    """Be where a file stands: not looked into yet, drawn as pictures, or not to be read."""

    waiting = "waiting"
    readable = "readable"
    unreadable = "unreadable"


class Reason(StrEnum):
    """Name why a file waits or cannot be read, or what people should know about one that can."""

    none = ""
    # it waits
    not_scanned = "not_scanned"
    busy = "busy"
    # it cannot be read
    empty = "empty"
    too_big = "too_big"
    case_full = "case_full"
    wrong_type = "wrong_type"
    infected = "infected"
    two_kinds = "two_kinds"
    truncated = "truncated"
    password = "password"  # noqa: S105 the name of a cause, no secret
    dynamic_form = "dynamic_form"
    too_many_pages = "too_many_pages"
    too_many_pixels = "too_many_pixels"
    too_slow = "too_slow"
    too_complex = "too_complex"
    broken = "broken"
    # it was read, and people should know
    active_content = "active_content"
    other_kind = "other_kind"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Be the result: state, what it is by its bytes, the reason, and its pages as JPEG pictures of our own.

    `thumbnail` is the first page, small.
    """

    state: FileState
    media_type: str = ""
    reason: Reason = Reason.none
    pages: tuple[bytes, ...] = ()
    thumbnail: bytes = b""


def unreadable(reason: Reason, media_type: str = "") -> Outcome:
    """Return that a file cannot be read."""
    return Outcome(FileState.unreadable, media_type, reason)


def waiting(reason: Reason, media_type: str) -> Outcome:
    """Return that nobody could look into a file yet."""
    return Outcome(FileState.waiting, media_type, reason)
