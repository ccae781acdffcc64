"""Choose which languages a slow test takes in the gate; `make prove` takes all of them."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import pytest

from servicedesk.kernel.locales import LANGUAGES

SEED = 20261122
ALWAYS = ("de", "de-simple", "ar", "ti")
"""What the gate renders every time: the authoritative text, easy words, right to left, a script of its own."""


def some_languages(count: int = 2, seed: int = SEED, always: Sequence[str] = ALWAYS) -> list[Any]:
    """Return every language as a parameter; all but those of `always` and a drawn few are marked `prove`."""
    others = [tag for tag in LANGUAGES if tag not in always]
    chosen = {*always, *Random(seed).sample(others, count)}
    return [_parameter((tag,), tag in chosen) for tag in LANGUAGES]


def some_pairs(things: Iterable[Any], seed: int = SEED) -> list[Any]:
    """Return every pair of a thing and a language; the gate meets each thing and each language at least once."""
    listed, tags = list(things), list(LANGUAGES)
    chosen = {(str(one), tag) for one, tag in _dealt(listed, tags, Random(seed))}
    return [_parameter((one, tag), (str(one), tag) in chosen) for one in listed for tag in tags]


def _dealt(things: Sequence[Any], tags: Sequence[str], draw: Random) -> list[tuple[Any, str]]:
    longest = max(len(things), len(tags))
    first = draw.sample(list(things), len(things))
    second = draw.sample(list(tags), len(tags))
    return [(first[number % len(first)], second[number % len(second)]) for number in range(longest)]


def _parameter(values: tuple[Any, ...], is_chosen: bool) -> Any:
    return pytest.param(*values, marks=() if is_chosen else pytest.mark.prove)
