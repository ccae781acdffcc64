"""Exports: repeatable, resumable, recorded; on both engines."""

import csv
import hashlib
import io
import json
import stat
import zipfile
from datetime import datetime

import pytest

from servicedesk.booking.service import book_appointment
from servicedesk.cases.models import Case
from servicedesk.cases.rules import Channel, PaperState
from servicedesk.cases.service import Evidence, change_paper, record_application
from servicedesk.cases.service.upload_rows import Incoming
from servicedesk.cases.service.uploads import receive_file
from servicedesk.db.audit import AuditEvent, seal_audit
from servicedesk.exports.errors import CursorUnknown, FolderTaken
from servicedesk.exports.models import ExportRun
from servicedesk.exports.service import begin_export, write_export
from servicedesk.kernel.permissions import OPERATOR, SYSTEM
from servicedesk.offices.queries import list_desks
from tests.conftest import NOW
from tests.support.desk import Desk
from tests.support.office import load_cast
from tests.support.papers import drawn


@pytest.fixture
def desk(db, app, cast, vault, clock):
    return Desk(db, app, cast, vault, clock)


@pytest.fixture
def case(desk):
    """An application, a paper and an appointment, all sealed."""
    desk.open_calendar()
    case = desk.row(Case, ref=desk.case("=Çelik"))
    with desk.db.unit_of_work() as session:
        record_application(
            session,
            desk.vault,
            case_id=case.id,
            channel=Channel.counter,
            received_at=NOW,
            statement="Antrag",
            actor=SYSTEM,
            now=NOW,
            evidence=Evidence.note("Vermerk"),
        )
        book_appointment(
            session,
            case_id=case.id,
            desk_id=list_desks(session, case.office_id)[0].id,
            starts_local=datetime(2026, 12, 1, 8),
            now=NOW,
            actor=SYSTEM,
            vault=desk.vault,
        )
    set_paper(desk, case, PaperState.received)
    return case


def set_paper(desk, case, state):
    with desk.db.unit_of_work() as session:
        change_paper(
            session, case_id=case.id, document_id="passport", state=state, actor=SYSTEM, now=NOW, reason="alt"
        )
    with desk.db.unit_of_work() as session:
        seal_audit(session, now=NOW)


def export(desk, folder, since=0):
    with desk.db.unit_of_work() as session:
        stretch = begin_export(session, office_id=desk.cast.office.id, since=since, actor=OPERATOR, now=NOW)
    with desk.db.reading() as session:
        return write_export(session, desk.vault, stretch, folder)


def lines(folder):
    return list(csv.DictReader(io.StringIO((folder / "changes.csv").read_text("utf-8-sig"), newline="")))


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_happened_stands_in_lines_without_a_name(desk, case, tmp_path):
    manifest = export(desk, tmp_path)
    found = lines(tmp_path)
    assert [line["kind"] for line in found] == ["case", "application", "appointment", "paper"]
    assert {line["case_ref"] for line in found} == {case.ref}
    assert found[1]["channel"] == "counter"
    assert found[2]["starts_local"] == "2026-12-01T08:00:00"
    assert (found[3]["document"], found[3]["state"]) == ("passport", "received")
    text = (tmp_path / "changes.csv").read_text("utf-8-sig")
    assert "elik" not in text
    assert "alt" not in [line["state"] for line in found]
    assert manifest["changes"]["lines"] == 4
    assert (
        manifest["changes"]["sha256"] == hashlib.sha256((tmp_path / "changes.csv").read_bytes()).hexdigest()
    )


def test_the_same_cursor_gives_the_same_bytes_whatever_happened_since(desk, case, tmp_path):
    first = export(desk, tmp_path / "a")
    set_paper(desk, case, PaperState.accepted)
    assert export(desk, tmp_path / "b") == first
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    following = export(desk, tmp_path / "c", since=first["next_since"])
    assert [line["state"] for line in lines(tmp_path / "c")] == ["accepted"]
    assert following["since"] == first["next_since"]


def test_an_export_without_news_leaves_its_cursor_open(desk, case, tmp_path):
    cursor = export(desk, tmp_path / "a")["next_since"]
    empty = export(desk, tmp_path / "b", since=cursor)
    assert (empty["changes"]["lines"], empty["next_since"]) == (0, cursor)
    set_paper(desk, case, PaperState.accepted)
    assert export(desk, tmp_path / "c", since=cursor)["changes"]["lines"] == 1


def test_a_cursor_nobody_gave_out_is_refused(desk, case, tmp_path):
    with pytest.raises(CursorUnknown):
        export(desk, tmp_path, since=3)
    assert desk.rows(ExportRun) == []


def test_a_broken_export_is_taken_up_in_the_same_folder(desk, case, tmp_path):
    whole = export(desk, tmp_path / "a")
    broken = tmp_path / "b"
    export(desk, broken)
    (broken / "manifest.json").unlink()
    (broken / "changes.csv").write_bytes(b"half")
    (broken / "changes.csv.part").write_bytes(b"half")
    assert export(desk, broken) == whole
    assert contents(broken) == contents(tmp_path / "a")


def test_a_folder_with_another_export_is_left_alone(desk, case, tmp_path):
    cursor = export(desk, tmp_path)["next_since"]
    before = contents(tmp_path)
    with pytest.raises(FolderTaken):
        export(desk, tmp_path, since=cursor)
    assert contents(tmp_path) == before


def test_files_come_as_they_came_with_their_sums(desk, case, tmp_path):
    picture = drawn()
    with desk.db.unit_of_work() as session:
        upload = receive_file(
            session,
            desk.vault,
            case_id=case.id,
            document_id="passport",
            incoming=Incoming("pass.jpg", b"the very bytes", picture),
            max_case_bytes=1000,
            channel="web",
            actor=SYSTEM,
            now=NOW,
        )
    set_paper(desk, case, PaperState.accepted)
    manifest = export(desk, tmp_path)
    (file,) = manifest["files"]
    path = tmp_path / file["path"]
    assert path.read_bytes() == b"the very bytes"
    assert file["sha256"] == hashlib.sha256(b"the very bytes").hexdigest()
    assert list(file["uploads"]) == [upload.upload_id.hex]
    assert upload.upload_id.hex in {line["ref"] for line in lines(tmp_path)}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads((tmp_path / "manifest.json").read_text())["files"][0]["path"] == file["path"]


def test_every_export_is_recorded(desk, case, tmp_path):
    export(desk, tmp_path)
    export(desk, tmp_path)
    with desk.db.reading() as session:
        events = session.query(AuditEvent).filter_by(action="export_changes").all()
    assert [event.details["since"] for event in events] == [0, 0]


def test_the_neighbours_changes_stay_with_the_neighbour(desk, case, tmp_path, db, app, vault, clock):
    with db.unit_of_work() as session:
        other = load_cast(session, NOW, ref="nachbarort", host="nachbar.example", town="Nachbarort")
    assert export(Desk(db, app, other, vault, clock), tmp_path)["changes"]["lines"] == 0


def test_the_office_admin_makes_an_export_and_takes_the_same_file_twice(desk, case):
    frida = desk.sign_in("frida").get("/staff/exports")
    assert "Noch kein Export." in frida.page.words()
    frida.press("4 neue Änderungen exportieren")
    assert "nichts geändert" in frida.page.words()
    address = f"/staff/exports/{desk.row(ExportRun).id.hex}/zip"
    hidden = frida.page.hidden()
    first = frida.client.post(address, data=hidden)
    assert first.mimetype == "application/zip"
    assert frida.client.post(address, data=hidden).data == first.data
    with zipfile.ZipFile(io.BytesIO(first.data)) as packed:
        assert packed.namelist() == ["changes.csv", "manifest.json"]
        manifest = json.loads(packed.read("manifest.json"))
        assert manifest["changes"]["sha256"] == hashlib.sha256(packed.read("changes.csv")).hexdigest()
    assert manifest["files"] is None
    assert desk.sign_in("boris").get("/staff/exports").status == 403
