"""Know which Länder have public holidays that hold in some of their municipalities only.

Which municipalities those are each Land decides (Bavaria by the census of confessions, Saxony and Thuringia by
name), so an office has to say it; the library `holidays` keeps the days themselves in a category of their own.
"""

from collections.abc import Mapping
from functools import lru_cache

from holidays.constants import CATHOLIC, PUBLIC
from holidays.countries.germany import Germany

_ANY_YEAR = 2026


@lru_cache(maxsize=1)
def list_local_holidays() -> Mapping[str, tuple[str, ...]]:
    """Return the German names of those holidays by Land (ISO 3166-2:DE); Länder without any are missing."""
    found = {}
    for land in Germany.subdivisions:
        everywhere, local = _days(land, PUBLIC), _days(land, CATHOLIC)
        names = tuple(name for day, name in sorted(local.items()) if day not in everywhere)
        if names:
            found[land] = names
    return found


def has_own_days(town: str) -> bool:
    """Tell whether the library knows the holidays of a town by its name (Augsburg)."""
    return town.strip().casefold() in {name.casefold() for name in Germany.subdivisions if len(name) > 2}


def _days(land: str, category: str) -> Germany:
    return Germany(subdiv=land, years=_ANY_YEAR, categories=(category,), expand=False, language="de")
