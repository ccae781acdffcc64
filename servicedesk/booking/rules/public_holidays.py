"""Know the public holidays of a Land and of a municipality.

The days come from the library `holidays`, which follows the holiday acts of the sixteen Länder.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from holidays.constants import CATHOLIC, PUBLIC
from holidays.countries.germany import Germany

_CITIES_WITH_OWN_RULES = {city.casefold(): city for city in Germany.subdivisions if len(city) > 2}


@dataclass(frozen=True, slots=True)
class HolidayRules:
    """Say whose holidays hold.

    `is_catholic_place` is the office's own statement: Mariä Himmelfahrt (Bavaria) and Fronleichnam (Saxony,
    Thuringia) hold only in municipalities that each Land names.
    """

    federal_state: str
    town: str = ""
    is_catholic_place: bool = False


def list_holidays(rules: HolidayRules, years: Iterable[int]) -> frozenset[date]:
    """Return the public holidays of these years."""
    return frozenset().union(*(_holidays_of_year(rules, year) for year in years))


@lru_cache(maxsize=256)
def _holidays_of_year(rules: HolidayRules, year: int) -> frozenset[date]:
    categories = {PUBLIC}
    if rules.is_catholic_place:
        categories.add(CATHOLIC)
    subdivision = rules.federal_state
    if rules.federal_state == "BY":
        subdivision = _CITIES_WITH_OWN_RULES.get(rules.town.strip().casefold(), subdivision)
    calendar = Germany(subdiv=subdivision, years=year, categories=tuple(sorted(categories)), expand=False)
    return frozenset(calendar)
