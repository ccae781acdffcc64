"""Letters rendered once per session: rendering is the slow part, reading is not."""

from collections.abc import Callable
from datetime import date
from functools import cache

import pytest

from servicedesk.notices.letters import RenderedLetter, render_letter
from servicedesk.notices.letters.samples import SAMPLE_SECRETS, build_sample

ISSUED_ON = date(2026, 11, 23)


@cache
def _sample_letter(kind: str, locale: str) -> RenderedLetter:
    return render_letter(build_sample(kind, locale, ISSUED_ON), SAMPLE_SECRETS)


@pytest.fixture
def sample_letter() -> Callable[[str, str], RenderedLetter]:
    """Return a function that gives the sample letter of a kind and a language."""
    return _sample_letter
