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
    listed = list(things)
    chosen = {(str(one), tag) for one, tag in deal(listed, seed)}
    return [_parameter((one, tag), (str(one), tag) in chosen) for one in listed for tag in LANGUAGES]


def deal(things: Sequence[Any], seed: int = SEED) -> list[tuple[Any, str]]:
    """Return pairs of a thing and a language in which each thing and each language occurs."""
    draw = Random(seed)
    first = draw.sample(list(things), len(things))
    second = draw.sample(list(LANGUAGES), len(LANGUAGES))
    return [
        (first[number % len(first)], second[number % len(second)])
        for number in range(max(len(first), len(second)))
    ]


def _parameter(values: tuple[Any, ...], is_chosen: bool) -> Any:
    return pytest.param(*values, marks=() if is_chosen else pytest.mark.prove)
