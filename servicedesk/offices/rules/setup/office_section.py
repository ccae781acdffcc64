"""Read what the office file says about the office itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from servicedesk.kernel.intervals import Lead
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.kernel.names import UmlautRule, fold_letters
from servicedesk.offices.rules.details import (
    AccessibilityStatement,
    AccessibilityStatus,
    CheckingChoices,
    Hours,
    Imprint,
    InterimChoices,
    OfficeDetails,
    PrivacyContacts,
    UploadChoices,
)
from servicedesk.offices.rules.local_holidays import has_own_days, list_local_holidays
from servicedesk.offices.rules.setup.reader import Findings, Table, did_you_mean

FEDERAL_STATES = (
    "BB",
    "BE",
    "BW",
    "BY",
    "HB",
    "HE",
    "HH",
    "MV",
    "NI",
    "NW",
    "RP",
    "SH",
    "SL",
    "SN",
    "ST",
    "TH",
)
"""The Länder (ISO 3166-2:DE); their law makes the public holidays."""

SHORTEST_CHECK, LONGEST_CHECK = 28, 366
"""In how many days, at least and at most, readers of an interim confirmation are asked to check again."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_POSTCODE = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """Hold the columns of an office."""

    ref: str
    host: str
    name: str
    street: str
    postcode: str
    town: str
    federal_state: str
    time_zone: str
    languages: tuple[str, ...]
    umlauts: UmlautRule


def read_facts(office: Table) -> OfficeFacts:
    """Return the office's facts; what is missing or wrong is noted and stands empty."""
    return OfficeFacts(
        ref=office.ref("ref"),
        host=_host(office),
        name=office.text("name", required=True),
        street=office.text("street", required=True),
        postcode=_postcode(office),
        town=office.text("town", required=True, limit=100),
        federal_state=_federal_state(office),
        time_zone=_time_zone(office),
        languages=_languages(office),
        umlauts=UmlautRule(
            office.choice("umlauts", [rule.value for rule in UmlautRule], UmlautRule.DIN_5007_2)
        ),
    )


def read_details(
    office: Table,
    imprint: Table,
    privacy: Table,
    accessibility: Table,
    interim: Table,
    checking: Table,
    facts: OfficeFacts,
    default_team: str,
) -> OfficeDetails:
    """Return what letters and pages print about the office."""
    return OfficeDetails(
        phone=office.phone("phone"),
        email=office.email("email"),
        website=office.text("website"),
        opening_text=office.local_text("opening_text"),
        directions=office.local_text("directions"),
        hours=tuple(_hours(row) for row in office.tables("hours")),
        dropped_particles=_particles(office),
        default_team=default_team,
        has_counselling_hint=office.flag("counselling_hint", default=True),
        has_catholic_holidays=_catholic_holidays(office, facts),
        answer_days=office.integer("answer_days", 1, 60) or OfficeDetails().answer_days,
        imprint=_imprint(imprint),
        privacy=_privacy(privacy),
        accessibility=_accessibility(accessibility),
        interim=_interim(interim),
        checking=_checking(checking),
        uploads=_uploads(office.table("uploads")),
    )


def read_days(table: Table) -> tuple[int, ...]:
    """Return the weekdays of a `days` key, Monday is 0."""
    weekdays = []
    for path, word in table.strings("days", required=True):
        if word not in DAYS:
            table.found.problem(path, f"{word!r} is no weekday; {did_you_mean(word, DAYS)}")
        elif DAYS.index(word) in weekdays:
            table.found.problem(path, f"{word!r} is named twice")
        else:
            weekdays.append(DAYS.index(word))
    return tuple(weekdays)


def read_times(table: Table) -> tuple[time, time] | None:
    """Return the `from` and `to` of an opening; None where one is missing or wrong."""
    starts, ends = table.wall_time("from"), table.wall_time("to")
    if starts is None or ends is None:
        return None
    if starts >= ends:
        table.problem("to", f"{ends:%H:%M} does not come after {starts:%H:%M}")
        return None
    return starts, ends


def warn_about_legal_texts(found: Findings, details: OfficeDetails) -> None:
    """Warn where the pages that the law asks for would lack the office's own part."""
    if not details.imprint.provider:
        found.warn(("imprint",), "the imprint will name only the office and its address; add provider = …")
    if (
        not details.privacy.controller
        or not details.privacy.officer
        or not details.privacy.supervisory_authority
    ):
        found.warn(
            ("privacy",),
            "Art. 13 GDPR asks for controller, officer (data protection officer) and supervisory_authority; add them",
        )
    if not details.accessibility.feedback_email and not details.accessibility.feedback_phone:
        found.warn(
            ("accessibility",),
            "the accessibility statement needs a way to report barriers; add feedback_email",
        )


def _host(office: Table) -> str:
    host = office.text("host", required=True).lower()
    if host and not _HOST.fullmatch(host):
        office.problem("host", f"{host!r} is no host name; leave out 'https://', port and path")
    return host


def _postcode(office: Table) -> str:
    postcode = office.text("postcode", required=True)
    if postcode and not _POSTCODE.fullmatch(postcode):
        office.problem("postcode", f"{postcode!r} is no German postcode; write five digits in quotes")
    return postcode


def _federal_state(office: Table) -> str:
    state = office.text("federal_state", required=True)
    if state and state not in FEDERAL_STATES:
        office.problem("federal_state", f"{state!r} is no Land; write one of {', '.join(FEDERAL_STATES)}")
    return state


def _time_zone(office: Table) -> str:
    name = office.text("time_zone") or "Europe/Berlin"
    zones = available_timezones()
    if name not in zones:
        office.problem("time_zone", f"{name!r} is no time zone; {did_you_mean(name, zones)}")
        return "Europe/Berlin"
    return ZoneInfo(name).key


def _languages(office: Table) -> tuple[str, ...]:
    tags: list[str] = []
    for path, tag in office.strings("languages", required=True):
        if tag not in LANGUAGES:
            office.found.problem(
                path, f"{tag!r} is no language of the product yet; {did_you_mean(tag, LANGUAGES)}"
            )
        elif tag in tags:
            office.found.problem(path, f"{tag!r} is named twice")
        else:
            tags.append(tag)
    if tags and "de" not in tags:
        office.problem("languages", "lacks 'de'; German is the authoritative text and always offered")
    return tuple(tags)


def _particles(office: Table) -> tuple[str, ...]:
    particles: Sequence[tuple[tuple[str | int, ...], str]] = office.strings("dropped_particles")
    for path, particle in particles:
        if not fold_letters(particle, UmlautRule.DIN_5007_2):
            office.found.problem(path, f"{particle!r} holds no letter")
    return tuple(particle for _, particle in particles)


def _catholic_holidays(office: Table, facts: OfficeFacts) -> bool:
    """Return whether the local holidays of the Land hold in the office's municipality."""
    key, land, local = "has_catholic_holidays", facts.federal_state, list_local_holidays()
    if office.has(key):
        is_here = office.flag(key, default=False)
        if is_here and land in FEDERAL_STATES and land not in local:
            known = ", ".join(local)
            office.problem(
                key, f"{land} has no holiday that holds in some municipalities only; only {known} have"
            )
        return is_here
    if land in local and not has_own_days(facts.town):
        days = " and ".join(local[land])
        office.found.warn(
            office.at(key),
            f"{days} is a public holiday in some municipalities of {land}; write true or false",
        )
    return False


def _hours(row: Table) -> Hours:
    weekdays, times = read_days(row), read_times(row)
    row.finish()
    return Hours(weekdays, *(times or (time(8), time(9))))


def _imprint(table: Table) -> Imprint:
    imprint = Imprint(
        provider=table.long_text("provider"),
        represented_by=table.long_text("represented_by"),
        phone=table.phone("phone"),
        email=table.email("email"),
        supervision=table.long_text("supervision"),
        vat_id=table.text("vat_id"),
        text=table.local_text("text"),
    )
    table.finish()
    return imprint


def _privacy(table: Table) -> PrivacyContacts:
    contacts = PrivacyContacts(
        controller=table.long_text("controller"),
        controller_email=table.email("controller_email"),
        controller_phone=table.phone("controller_phone"),
        officer=table.long_text("officer"),
        officer_email=table.email("officer_email"),
        officer_phone=table.phone("officer_phone"),
        supervisory_authority=table.long_text("supervisory_authority"),
        recipients=table.local_text("recipients"),
        retention=table.local_text("retention"),
        text=table.local_text("text"),
    )
    table.finish()
    return contacts


def _accessibility(table: Table) -> AccessibilityStatement:
    known = [status.value for status in AccessibilityStatus]
    statement = AccessibilityStatement(
        status=AccessibilityStatus(table.choice("status", known, AccessibilityStatus.partial)),
        prepared_on=table.day("prepared_on"),
        barriers=table.local_text("barriers"),
        feedback_email=table.email("feedback_email"),
        feedback_phone=table.phone("feedback_phone"),
        enforcement_body=table.long_text("enforcement_body"),
        text=table.local_text("text"),
    )
    table.finish()
    return statement


def _interim(table: Table) -> InterimChoices:
    """Return what the office chose; a proposal comes before its hand-over, and that before the release."""
    choices = InterimChoices(
        propose_days=table.integer("propose_days", 1, 27),
        hand_over_days=table.integer("hand_over_days", 0, 27),
        release_days=table.integer("release_days", 0, 27),
        automatic=table.flag("automatic", default=True) if table.has("automatic") else None,
        four_eyes=table.flag("four_eyes", default=False) if table.has("four_eyes") else None,
        check_again=_check_again(table),
        list_age_days=table.integer("list_age_days", 1, 366),
    )
    table.finish()
    order = ("propose_days", "hand_over_days", "release_days")
    days = [(key, value) for key in order if (value := getattr(choices, key)) is not None]
    for (earlier, more), (later, less) in pairwise(days):
        if less > more:
            table.problem(later, f"is more than {earlier}; the days count back from the end of the title")
    return choices


def _checking(table: Table) -> CheckingChoices:
    """Return what the office chose about checking papers; `[[checking.wait]]` names concerns with a wait of their own."""
    waits: dict[str, int] = {}
    for entry in table.tables("wait"):
        concern, days = entry.text("concern", required=True, limit=60), entry.integer("days", 7, 730)
        if days is None:
            entry.problem("days", "is missing; write after how many days somebody has looked at the concern")
        elif concern in waits:
            entry.problem("concern", f"{concern!r} is named twice")
        else:
            waits[concern] = days
        entry.finish()
    choices = CheckingChoices(
        undo_minutes=table.integer("undo_minutes", 0, 24 * 60),
        bring_days=table.integer("bring_days", 7, 180),
        tell_minutes=table.integer("tell_minutes", 0, 24 * 60),
        stuck_weeks=table.integer("stuck_weeks", 2, 104),
        clarification_minutes=table.integer("clarification_minutes", 5, 240),
        max_wait_days=table.integer("max_wait_days", 7, 730),
        waits=waits,
    )
    table.finish()
    minutes = choices.clarification_minutes
    if minutes is not None and minutes % 5:
        table.problem("clarification_minutes", f"{minutes} is off the grid; write a multiple of five")
    return choices


def _uploads(table: Table) -> UploadChoices:
    """Return how much may be uploaded; what is not said takes the product's default."""
    bounds = {
        "max_file_mb": (1, 50),
        "max_case_mb": (5, 1000),
        "max_pages": (1, 200),
        "keep_days": (1, 3650),
    }
    said = {key: table.integer(key, low, high) for key, (low, high) in bounds.items()}
    table.finish()
    choices = UploadChoices(**{key: value for key, value in said.items() if value is not None})
    if choices.max_file_mb > choices.max_case_mb:
        table.problem("max_file_mb", "is more than max_case_mb; one file must fit into the case")
    return choices


def _check_again(table: Table) -> str | None:
    text = table.text("check_again") if table.has("check_again") else ""
    if not text:
        return None
    try:
        span = Lead.parse(text)
    except ValueError:
        table.problem(
            "check_again", f"{text!r} is no span; write 'P3M' for three months or 'P6W' for six weeks"
        )
        return None
    if not SHORTEST_CHECK <= span.months * 28 + span.days <= LONGEST_CHECK:
        table.problem("check_again", f"{text!r} must be four weeks at least and a year at most")
        return None
    return str(span)
