"""Let the database tell a title's concern, by the same longest prefix as the rules."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, literal, or_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from servicedesk.checklists.catalogue import Catalogue

T = TypeVar("T")


def by_concern(
    catalogue: Catalogue,
    legal_basis: InstrumentedAttribute[str],
    is_unlimited: InstrumentedAttribute[bool],
    value_of: Callable[[str], T],
    kind: TypeEngine[T] | None = None,
) -> ColumnElement[T]:
    """Return an expression giving `value_of(concern id)` for a title's columns.

    Only prefixes that differ from the general answer become part of the statement. `kind` is the type of the
    values where the database must be told.
    """
    general = value_of(catalogue.fallback_id)
    values = {prefix: value_of(catalogue.bases[prefix].concern_id) for prefix in catalogue.bases}
    special = {prefix for prefix, value in values.items() if value != general}
    needed = [p for p in values if p in special or any(_covers(s, p) for s in special)]
    whens: list[Any] = [
        (matches_prefix(legal_basis, p), literal(values[p], kind))
        for p in sorted(needed, key=len, reverse=True)
    ]
    unlimited = value_of(catalogue.unlimited_id)
    if unlimited != general or special:
        whens.insert(0, (is_unlimited, literal(unlimited, kind)))
    return case(*whens, else_=literal(general, kind)) if whens else literal(general, kind)


def matches_prefix(column: InstrumentedAttribute[str], prefix: str) -> ColumnElement[bool]:
    """Return the condition that a legal basis is `prefix` or goes on after it with a point or a space.

    Compared byte by byte: "/" follows the point, "!" the space.
    """
    return or_(
        column == prefix,
        and_(column >= f"{prefix}.", column < f"{prefix}/"),
        and_(column >= f"{prefix} ", column < f"{prefix}!"),
    )


def _covers(shorter: str, longer: str) -> bool:
    return longer.startswith((f"{shorter}.", f"{shorter} "))
