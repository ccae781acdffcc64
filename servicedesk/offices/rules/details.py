"""What letters and pages print about an office, as values; stored as JSON beside the office."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any

LocalText = Mapping[str, str]
"""Language tag → text. German is there whenever the text is not empty."""


def text_in(texts: LocalText, language: str) -> str:
    """Return the text in `language`, else the German one, else nothing."""
    return texts.get(language) or texts.get("de", "")


class AccessibilityStatus(StrEnum):
    """How far the pages meet the accessibility rules (§ 12b BGG and the law of the Land)."""

    full = "full"
    partial = "partial"
    none = "none"


@dataclass(frozen=True, slots=True)
class Hours:
    """Be open on some weekdays (Monday is 0) between two wall-clock times."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Imprint:
    """Name who answers for the pages (§ 5 DDG)."""

    provider: str = ""
    represented_by: str = ""
    phone: str = ""
    email: str = ""
    supervision: str = ""
    vat_id: str = ""
    text: LocalText = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrivacyContacts:
    """Hold what Art. 13 GDPR asks of the office; the purposes are the product's own text."""

    controller: str = ""
    controller_email: str = ""
    controller_phone: str = ""
    officer: str = ""
    officer_email: str = ""
    officer_phone: str = ""
    supervisory_authority: str = ""
    recipients: LocalText = field(default_factory=dict)
    retention: LocalText = field(default_factory=dict)
    text: LocalText = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessibilityStatement:
    """Hold the office's part of the accessibility statement."""

    status: AccessibilityStatus = AccessibilityStatus.partial
    prepared_on: date | None = None
    barriers: LocalText = field(default_factory=dict)
    feedback_email: str = ""
    feedback_phone: str = ""
    enforcement_body: str = ""
    text: LocalText = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InterimChoices:
    """Hold what the office chose about interim confirmations; None: the product's default holds.

    Days count back from the last day of the title; `check_again` is a span (ISO 8601).
    """

    propose_days: int | None = None
    hand_over_days: int | None = None
    release_days: int | None = None
    automatic: bool | None = None
    four_eyes: bool | None = None
    check_again: str | None = None
    list_age_days: int | None = None


@dataclass(frozen=True, slots=True)
class CheckingChoices:
    """Hold what the office chose about checking papers; None: the product's default holds. `waits`: concern → days."""

    undo_minutes: int | None = None
    bring_days: int | None = None
    tell_minutes: int | None = None
    stuck_weeks: int | None = None
    clarification_minutes: int | None = None
    max_wait_days: int | None = None
    waits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UploadChoices:
    """Hold how much may be uploaded, and for how many days after a case is closed its files are kept.

    The office of Berlin takes 7 MB per file and 100 MB per application. Telephones of today make pictures of 4 to
    9 MB, hence the default of 10.
    """

    max_file_mb: int = 10
    max_case_mb: int = 100
    max_pages: int = 40
    keep_days: int = 90

    @property
    def max_file_bytes(self) -> int:
        """Return the limit of one file."""
        return self.max_file_mb * 1024 * 1024

    @property
    def max_case_bytes(self) -> int:
        """Return the limit of all files of a case together."""
        return self.max_case_mb * 1024 * 1024


@dataclass(frozen=True, slots=True)
class OfficeDetails:
    """Hold everything about an office that no query selects by.

    `has_catholic_holidays`: the holidays that hold only in some municipalities of the Land hold here. `answer_days`:
    within how many days questions are answered.
    """

    phone: str = ""
    email: str = ""
    website: str = ""
    opening_text: LocalText = field(default_factory=dict)
    directions: LocalText = field(default_factory=dict)
    hours: tuple[Hours, ...] = ()
    dropped_particles: tuple[str, ...] = ()
    default_team: str = ""
    has_counselling_hint: bool = True
    has_catholic_holidays: bool = False
    answer_days: int = 7
    imprint: Imprint = Imprint()
    privacy: PrivacyContacts = PrivacyContacts()
    accessibility: AccessibilityStatement = AccessibilityStatement()
    interim: InterimChoices = InterimChoices()
    checking: CheckingChoices = CheckingChoices()
    uploads: UploadChoices = UploadChoices()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "OfficeDetails":
        """Return the value written by `to_json`; keys that are missing take their defaults."""
        values = dict(stored)
        accessibility = dict(values.pop("accessibility", {}))
        prepared_on = accessibility.pop("prepared_on", None)
        return cls(
            hours=tuple(_hours(row) for row in values.pop("hours", ())),
            dropped_particles=tuple(values.pop("dropped_particles", ())),
            imprint=Imprint(**values.pop("imprint", {})),
            privacy=PrivacyContacts(**values.pop("privacy", {})),
            accessibility=AccessibilityStatement(
                status=AccessibilityStatus(accessibility.pop("status", AccessibilityStatus.partial)),
                prepared_on=date.fromisoformat(prepared_on) if prepared_on else None,
                **accessibility,
            ),
            interim=InterimChoices(**values.pop("interim", {})),
            checking=CheckingChoices(**values.pop("checking", {})),
            uploads=UploadChoices(**values.pop("uploads", {})),
            **values,
        )


def _hours(row: Mapping[str, Any]) -> Hours:
    return Hours(tuple(row["weekdays"]), time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"]))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (date, time)):
        return value.isoformat()
    return value
