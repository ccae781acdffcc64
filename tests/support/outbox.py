"""Invented offices and messages for tests of the outbox."""

from datetime import UTC, datetime

from servicedesk.kernel.ids import new_id
from servicedesk.offices.models import Office

LOADED = datetime(2026, 11, 1, tzinfo=UTC)


def make_office(session, ref=None):
    """Add an office and return its id."""
    office_id = new_id()
    ref = ref or f"office-{office_id.hex[-12:]}"
    session.add(
        Office(
            id=office_id,
            ref=ref,
            host=f"{ref}.example",
            name="Ausländerbehörde Musterstadt",
            street="Rathausplatz 1",
            postcode="12345",
            town="Musterstadt",
            federal_state="NW",
            time_zone="Europe/Berlin",
            languages=["de"],
            umlauts="din-5007-2",
            settings={},
            loaded_at=LOADED,
        )
    )
    session.flush()
    return office_id
