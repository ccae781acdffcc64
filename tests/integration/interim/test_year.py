"""A year of an office ends without a gap, whatever goes wrong in it; and a broken promise is found out."""

import pytest

from tests.support.year import Broken, play

SHORT_SEED = 11
CHOICES = (
    "",
    "[interim]\nfour_eyes = true\n",
    '[interim]\ncheck_again = "P6W"\npropose_days = 21\n',
    "[interim]\nrelease_days = 0\nhand_over_days = 3\n",
    '[interim]\ncheck_again = "P28D"\nfour_eyes = true\n',
)
"""What offices choose, one after the other for the seeds."""


def test_a_year_ends_without_a_gap(tmp_path, vault):
    year = play(tmp_path, vault, seed=SHORT_SEED, people=12, nights=3)
    assert year.lived_gaps == {}
    assert year.steps > 250
    missing = [name for name in EXPECTED if not year.happened[name]]
    assert missing == []


EXPECTED = (
    "applied",
    "applied near midnight",
    "applied by post",
    "late post",
    "matched",
    "missed nights",
    "failed runs",
    "keys lost",
    "keys revoked",
    "keys retired",
    "requests answered",
    "absences",
    "released by hand",
    "granted",
    "renewed by the clock",
)
"""What a year has to hold so that it proves something."""


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(1, 11))
def test_ten_years_end_without_a_gap(tmp_path, vault, seed):
    year = play(tmp_path, vault, seed=seed, people=50, interim=CHOICES[seed % len(CHOICES)])
    assert year.lived_gaps == {}
    assert not [name for name in EXPECTED if not year.happened[name]]


def test_a_year_without_the_job_is_found_out(tmp_path, vault):
    with pytest.raises(Broken, match=r"seed 3, .*\n(.*\n)*nobody_falls_into_a_gap"):
        play(tmp_path, vault, seed=3, people=12, days=120, nights=3, is_confirming=False)
