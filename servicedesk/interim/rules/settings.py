"""Say what holds for an office about interim confirmations: what it chose, else the product's default."""

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from servicedesk.interim.rules.values import InterimSettings
from servicedesk.kernel.intervals import Lead
from servicedesk.offices.rules.details import InterimChoices

_FLAGS = {"automatic": "is_automatic", "four_eyes": "is_four_eyes"}


def read_defaults(values: Mapping[str, Any]) -> InterimSettings:
    """Return the product's defaults; raises KeyError for a missing and ValueError for a key that does not fit."""
    names = {_FLAGS.get(key, key): value for key, value in values.items()}
    known = {field.name for field in fields(InterimSettings)}
    unknown = sorted(set(names) - known)
    if unknown:
        raise ValueError(f"unknown keys: {', '.join(unknown)}")
    for name in sorted(known):
        kind = str if name == "check_again" else bool if name.startswith("is_") else int
        if type(names[name]) is not kind:
            raise ValueError(f"{name} is not of the kind {kind.__name__}")
    defaults = InterimSettings(**{**names, "check_again": Lead.parse(names["check_again"])})
    if not defaults.propose_days >= defaults.hand_over_days >= defaults.release_days >= 0:
        raise ValueError(
            "propose_days, hand_over_days and release_days come in this order, the largest first"
        )
    return defaults


@lru_cache(maxsize=64)
def choose_settings(choices: InterimChoices, defaults: InterimSettings) -> InterimSettings:
    """Return what holds for an office.

    Who chose only one of the three days moves the others with it: nothing is handed over before it is proposed.
    """
    release_days = _chosen(choices.release_days, defaults.release_days)
    hand_over_days = _chosen(choices.hand_over_days, defaults.hand_over_days)
    propose_days = choices.propose_days
    if propose_days is None:
        propose_days = max(defaults.propose_days, choices.hand_over_days or 0, choices.release_days or 0)
    hand_over_days = min(max(hand_over_days, choices.release_days or 0), propose_days)
    return InterimSettings(
        propose_days=propose_days,
        hand_over_days=hand_over_days,
        release_days=min(release_days, hand_over_days),
        is_automatic=_chosen(choices.automatic, defaults.is_automatic),
        is_four_eyes=_chosen(choices.four_eyes, defaults.is_four_eyes),
        check_again=Lead.parse(choices.check_again) if choices.check_again else defaults.check_again,
        list_age_days=_chosen(choices.list_age_days, defaults.list_age_days),
        ordinance_days=defaults.ordinance_days,
        alarm_age_hours=defaults.alarm_age_hours,
        request_age_hours=defaults.request_age_hours,
    )


def _chosen(choice: Any, default: Any) -> Any:
    return default if choice is None else choice
