"""Play a year of an office with its residents, staff, lists, holidays and faults, drawn from a seed.

Real services and jobs work on a real SQLite file; only the clock is ours. Whatever goes wrong in it goes wrong within
what the promise has to bear: a worker is down for a night, a run fails halfway, a key's file is away for an hour, post
lies about, people are absent. After every step the promise and the seals are checked, every week everything.
"""

from tests.support.year.checks import Broken
from tests.support.year.story import Year, play

__all__ = ["Broken", "Year", "play"]
