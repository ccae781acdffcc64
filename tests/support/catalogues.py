"""Give an office a catalogue of its own, released by four eyes."""

from datetime import date

from servicedesk.checklists.service import propose_version, release_version, start_draft
from tests.support.acting import staff

TODAY = date(2026, 11, 23)
PARKING = {
    "id": "parking_note",
    "name": "Parkausweis",
    "name_en": "parking permit",
    "form": "copy",
    "where": "beim Ordnungsamt",
    "why": "Er zeigt, wo Sie parken.",
    "valid_from": "2026-11-23",
    "source_url": "https://example.org/parken",
    "checked_on": "2026-11-23",
}
OWN_STUDY = {
    "document": [PARKING, {"id": "health_insurance", "max_age": "P28D"}],
    "concern": [
        {
            "id": "permit_study",
            "papers": [{"documents": ["enrolment"]}, {"documents": ["parking_note"]}],
        }
    ],
    "texts": {"tr": {"Parkausweis": "Park kartı"}},
}
"""For students: a parking permit more, no proof of means, a younger certificate of the insurer."""


def release(session, cast, own, *, now, effective_from=TODAY, today=TODAY):
    """Draft, propose and release a version; Frida writes it, Eva releases it. Returns its id."""
    frida, eva = staff(session, cast, "frida"), staff(session, cast, "eva")
    version_id = start_draft(session, office_id=cast.office.id, own=own, note="Test", actor=frida, now=now)
    propose_version(session, version_id=version_id, actor=frida, now=now)
    release_version(
        session, version_id=version_id, effective_from=effective_from, today=today, actor=eva, now=now
    )
    return version_id
