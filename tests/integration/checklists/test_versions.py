"""Versions of the catalogue: kept as they were, changed by four eyes, effective from a day on."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.errors import (
    EffectiveInPast,
    FaultyCatalogue,
    FourEyesNeeded,
    NotADraft,
    VersionNotFound,
)
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.checklists.queries import (
    catalogue_of,
    catalogues_of,
    find_effective,
    get_version,
    is_behind,
    list_versions,
    office_catalogue,
)
from servicedesk.checklists.service import (
    drop_version,
    keep_builtin,
    propose_version,
    release_version,
    save_draft,
    start_draft,
    take_back_version,
)
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.intervals import Lead
from tests.conftest import NOW
from tests.support.acting import staff
from tests.support.catalogues import OWN_STUDY, TODAY, release
from tests.support.office import load_cast

BUILTIN = load_catalogue()


@pytest.fixture
def session(db, cast):
    with db.unit_of_work() as session:
        yield session


@pytest.fixture
def frida(session, cast):
    return staff(session, cast, "frida")


@pytest.fixture
def eva(session, cast):
    return staff(session, cast, "eva")


def start(session, cast, actor, own=OWN_STUDY):
    return start_draft(session, office_id=cast.office.id, own=own, note="", actor=actor, now=NOW)


def test_the_builtin_catalogue_is_kept_once_and_reads_the_same(session, cast):
    assert keep_builtin(session, now=NOW) == BUILTIN.version
    keep_builtin(session, now=NOW)
    (row,) = session.scalars(select(CatalogueVersion)).all()
    assert (row.version, row.state, row.office_id) == (BUILTIN.version, "released", None)
    session.execute(update(CatalogueVersion).values(version="2026-01-01.older"))
    old = catalogue_of(session, cast.office.id, "2026-01-01.older")
    assert old.version == "2026-01-01.older"
    assert old.concerns == BUILTIN.concerns
    assert catalogue_of(session, cast.office.id, "2026-01-01.older") is old, "parsed once"


def test_a_version_nobody_stored_reads_as_the_one_of_today(session, cast):
    found = catalogues_of(session, cast.office.id, {"1", BUILTIN.version})
    assert {one.version for one in found.values()} == {BUILTIN.version}


def test_a_stored_version_that_cannot_be_read_stops_nobody(session, cast):
    release(session, cast, OWN_STUDY, now=NOW)
    session.execute(
        update(CatalogueVersion)
        .where(CatalogueVersion.office_id == cast.office.id)
        .values(content={"torn": True}, digest="0" * 64)
    )
    assert catalogue_of(session, cast.office.id, "own-1").version == BUILTIN.version


def test_an_own_version_holds_from_its_day_on_and_the_latest_day_wins(session, cast):
    release(session, cast, OWN_STUDY, now=NOW)
    later = {"document": [{"id": "health_insurance", "max_age": "P14D"}]}
    release(session, cast, later, now=NOW + timedelta(minutes=1), effective_from=date(2026, 12, 1))
    office = cast.office.id

    def age(day):
        return office_catalogue(session, office, day).documents["health_insurance"].max_age

    assert age(TODAY - timedelta(days=1)) == Lead(months=3)
    assert age(TODAY) == age(date(2026, 11, 30)) == Lead(days=28)
    assert age(date(2026, 12, 1)) == Lead(days=14)
    assert "parking_note" in catalogue_of(session, office, "own-1").documents, (
        "what was released stays readable"
    )
    assert find_effective(session, office, TODAY).version == "own-1"
    assert find_effective(session, office, TODAY - timedelta(days=1)) is None


def test_the_neighbour_office_keeps_its_own(db, session, cast):
    release(session, cast, OWN_STUDY, now=NOW)
    other = load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
    assert office_catalogue(session, other.office.id, TODAY).version == BUILTIN.version
    assert catalogue_of(session, other.office.id, "own-1").version == BUILTIN.version
    (mine,) = [line for line in list_versions(session, cast.office.id) if not line.is_builtin]
    with pytest.raises(VersionNotFound):
        get_version(session, other.office.id, mine.id)
    stranger = staff(session, other, "frida")
    with pytest.raises(VersionNotFound):
        drop_version(session, version_id=mine.id, actor=stranger, now=NOW)


def test_nobody_releases_what_they_wrote_or_proposed(session, cast, frida, eva):
    version_id = start(session, cast, frida)
    propose_version(session, version_id=version_id, actor=frida, now=NOW)
    with pytest.raises(FourEyesNeeded):
        release_version(
            session, version_id=version_id, effective_from=TODAY, today=TODAY, actor=frida, now=NOW
        )
    with pytest.raises(EffectiveInPast):
        yesterday = TODAY - timedelta(days=1)
        release_version(
            session, version_id=version_id, effective_from=yesterday, today=TODAY, actor=eva, now=NOW
        )
    release_version(session, version_id=version_id, effective_from=TODAY, today=TODAY, actor=eva, now=NOW)
    view = get_version(session, cast.office.id, version_id)
    assert (view.line.state, view.line.base_version) == ("released", BUILTIN.version)
    assert not is_behind(view.line)
    assert view.own == OWN_STUDY
    actions = session.scalars(
        select(AuditEvent.action).where(AuditEvent.subject_id == version_id).order_by(AuditEvent.id)
    ).all()
    assert actions == ["start_catalogue", "propose_catalogue", "release_catalogue"]


def test_a_released_version_is_never_changed(session, cast, frida, eva):
    version_id = release(session, cast, OWN_STUDY, now=NOW)
    for act in (
        lambda: save_draft(session, version_id=version_id, own={}, note="", actor=frida, now=NOW),
        lambda: propose_version(session, version_id=version_id, actor=frida, now=NOW),
        lambda: take_back_version(session, version_id=version_id, actor=frida, now=NOW),
        lambda: drop_version(session, version_id=version_id, actor=frida, now=NOW),
    ):
        with pytest.raises(NotADraft):
            act()
    assert get_version(session, cast.office.id, version_id).own == OWN_STUDY


def test_a_proposal_goes_back_to_its_author_and_a_draft_can_be_dropped(session, cast, frida):
    version_id = start(session, cast, frida, own={})
    save_draft(session, version_id=version_id, own=OWN_STUDY, note="Parken", actor=frida, now=NOW)
    propose_version(session, version_id=version_id, actor=frida, now=NOW)
    with pytest.raises(NotADraft):
        save_draft(session, version_id=version_id, own={}, note="", actor=frida, now=NOW)
    take_back_version(session, version_id=version_id, actor=frida, now=NOW)
    drop_version(session, version_id=version_id, actor=frida, now=NOW)
    line = get_version(session, cast.office.id, version_id).line
    assert (line.state, line.note) == ("dropped", "Parken")
    again = start(session, cast, frida)
    assert get_version(session, cast.office.id, again).line.version == "own-2"


def test_a_faulty_version_is_not_proposed_and_names_its_faults(session, cast, frida):
    version_id = start(session, cast, frida, own={"document": [{"id": "passport", "form": "pixels"}]})
    with pytest.raises(FaultyCatalogue) as refusal:
        propose_version(session, version_id=version_id, actor=frida, now=NOW)
    assert "'pixels' is not a valid DocumentForm" in refusal.value.problems[0]


@pytest.mark.parametrize("login", ["boris", "dmitri"])
def test_case_workers_and_the_front_desk_change_no_catalogue(session, cast, login):
    with pytest.raises(NotAllowed):
        start(session, cast, staff(session, cast, login))


def test_an_office_is_told_when_the_software_brings_a_newer_catalogue(session, cast):
    version_id = release(session, cast, OWN_STUDY, now=NOW)
    session.execute(
        update(CatalogueVersion).where(CatalogueVersion.id == version_id).values(base_version="2025-01-01.x")
    )
    assert is_behind(get_version(session, cast.office.id, version_id).line)
    session.execute(delete(CatalogueVersion).where(CatalogueVersion.office_id.is_(None)))
    assert [line.version for line in list_versions(session, cast.office.id)] == ["own-1"]
