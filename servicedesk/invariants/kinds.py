"""Say what a check is: one statement, or a calculation over what several rooms hold."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from servicedesk.interim.seal import PublicKey


@dataclass(frozen=True, slots=True)
class Ground:
    """Carry what calculations look at: the data at one instant, and the seal's published keys.

    `memory` keeps what several of them read, for as long as one check lasts.
    """

    session: Session
    now: datetime
    keys: Mapping[str, PublicKey]
    memory: dict[str, Any] = field(default_factory=dict)


Finding = tuple[str, str]
"""The subject, and a short detail without personal data."""

Search = Callable[[Ground], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Statement:
    """Be one check that one statement can make; `rule` is its number in the list of invariants."""

    name: str
    rule: str
    sentence: str
    sql: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """Be one check that needs more than a statement."""

    name: str
    rule: str
    sentence: str
    search: Search
