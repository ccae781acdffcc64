"""Applications that came another way: channel, instant in the office's zone, proof, correction."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from servicedesk.cases.models import Application, Case, Task
from servicedesk.staff import forms
from servicedesk.staff.common import read_wall_time
from servicedesk.staff.scans import MOST_BYTES
from tests.conftest import NOW
from tests.support.desk import TODAY

PDF = b"%PDF-1.7 invented"
PNG = b"\x89PNG\r\n\x1a\n invented"


@pytest.fixture
def ref(desk):
    return desk.case("Çelik", "Özlem", TODAY + timedelta(days=12))


def scan(content, name="scan.pdf"):
    return (BytesIO(content), name)


def send(boris, ref, **values):
    boris.get(f"/staff/cases/{ref}/application")
    return boris.submit(**values)


def test_the_form_proposes_the_counter_now(boris, ref):
    boris.get(f"/staff/cases/{ref}/application")
    _, values = boris.page.form()
    assert values["channel"] == "counter"
    assert [values[f"received_on-{part}"] for part in ("day", "month", "year")] == ["23", "11", "2026"]
    assert values["received_time"] == "09:00"


def test_a_counter_application_is_recorded_with_its_note(desk, boris, ref):
    send(boris, ref, note="persönlich vorgesprochen, Ausweis gesehen")
    assert boris.path.partition("#")[0] == f"/staff/cases/{ref}"
    row = desk.row(Application)
    assert (row.channel, row.received_at, row.recorded_at) == ("counter", NOW, NOW)
    assert row.evidence_type == "text/plain"
    assert b"vorgesprochen" not in row.evidence
    words = boris.page.words()
    assert "23.11.2026, 09:00" in words
    assert "am Schalter" in words
    assert "rechtzeitig" in words


def test_post_counts_from_the_stamp_in_the_offices_zone(desk, boris, ref):
    send(
        boris,
        ref,
        channel="post",
        received_on__day="24",
        received_on__month="Oktober",
        received_on__year="2026",
        received_time="14.05 Uhr",
        scan=scan(PDF),
    )
    row = desk.row(Application)
    # Summer time ended the night after: 14:05 was still two hours ahead of UTC.
    assert row.received_at == datetime(2026, 10, 24, 12, 5, tzinfo=UTC)
    assert row.evidence_type == "application/pdf"
    assert PDF not in row.evidence


def test_a_late_application_is_marked_and_asks_for_a_decision(desk, boris):
    ref = desk.case("Ahmadi", "Parwana", TODAY - timedelta(days=2))
    send(boris, ref, note="kam heute")
    assert "nach dem Ende des Titels" in boris.page.words()
    assert "Entscheidung eintragen" in " ".join(boris.page.links())
    assert desk.row(Task).kind == "late_application"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"note": ""}, "Fügen Sie einen Scan oder einen Vermerk an, der den Eingang belegt."),
        ({"note": "x", "received_time": "25:00"}, "Schreiben Sie die Uhrzeit, zum Beispiel 09:30."),
        (
            {"note": "x", "received_time": "09:01"},
            "Der Eingang liegt in der Zukunft. Prüfen Sie Tag und Uhrzeit.",
        ),
        (
            {"note": "x", "received_on__day": "31"},
            "Diesen Tag gibt es in dem Monat nicht. Prüfen Sie Tag und Monat.",
        ),
        ({"note": "x", "channel": "web"}, "Wählen Sie den Weg."),
        ({"scan": scan(b"MZ")}, "Wählen Sie eine PDF-, JPEG- oder PNG-Datei."),
        ({"scan": scan(b"")}, "Die Datei ist leer. Wählen Sie eine andere."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(desk, boris, ref, values, sentence):
    boris.get(f"/staff/cases/{ref}/application")
    if "scan" in values:  # the same file object serves one request only
        values = {"scan": (BytesIO(values["scan"][0].getvalue()), "scan.pdf")}
    boris.submit(**values)
    assert sentence in boris.page.errors
    assert boris.page.title.startswith("Fehler:")
    assert boris.page.form()[1]["note"] == values.get("note", "")
    assert desk.rows(Application) == []


def test_a_scan_beyond_the_limit_is_refused(desk, boris, ref, monkeypatch):
    assert MOST_BYTES == 8 * 1024 * 1024
    monkeypatch.setattr(forms, "MOST_BYTES", 20)
    send(boris, ref, scan=scan(PDF + b"0" * 20))
    assert boris.page.errors == ["Die Datei ist größer als 8 MB. Scannen Sie mit geringerer Auflösung."]
    assert desk.rows(Application) == []


def test_the_proof_is_handed_out_as_a_file_only(desk, boris, ref):
    send(boris, ref, channel="slip", scan=scan(PNG, "../../etc/passwd.html"))
    row = desk.row(Application)
    boris.get(f"/staff/cases/{ref}/applications/{row.ref}/proof")
    headers = boris.answer.headers
    assert boris.answer.data == PNG
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == f'attachment; filename="{row.ref}.png"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert boris.get(f"/staff/cases/{ref}/applications/A-0000-0000/proof").status == 404
    clara = desk.sign_in("clara")
    assert clara.get(f"/staff/cases/{ref}/applications/{row.ref}/proof").status == 404


def test_an_entry_is_corrected_and_stays_readable(desk, boris, ref):
    send(boris, ref, note="am Schalter")
    first = desk.row(Application)
    boris.follow("berichtigen")
    boris.submit(channel="post", received_on__day="20", received_time="08:00")
    assert boris.page.errors == ["Nennen Sie den Grund."]
    boris.submit(reason="Eingangsstempel vom 20.11.")
    second = desk.row(Application, supersedes_id=first.id)
    assert (second.channel, second.received_at) == ("post", datetime(2026, 11, 20, 7, 0, tzinfo=UTC))
    words = boris.page.words()
    assert "23.11.2026, 09:00 berichtigt" in words
    assert "Eingangsstempel vom 20.11." in words
    assert "Anträge (1)" in words
    boris.get(f"/staff/cases/{ref}/applications/{first.ref}/correct")
    boris.submit(reason="noch einmal")
    assert "Dieser Eintrag wurde schon berichtigt" in boris.page.errors[0]


def test_an_entry_of_another_case_is_not_corrected_here(desk, boris, ref):
    other = desk.case("Zorn", "Clara")
    clara = desk.sign_in("clara")
    send(clara, other, note="am Schalter")
    foreign = desk.row(Application).ref
    assert boris.get(f"/staff/cases/{ref}/applications/{foreign}/correct").status == 404
    assert boris.get(f"/staff/cases/{other}/applications/{foreign}/correct").status == 404


def test_the_front_desk_records_for_the_whole_office(desk):
    ref = desk.case("Zorn", "Clara")
    dmitri = desk.sign_in("dmitri")
    send(dmitri, ref, note="Antwortbogen abgegeben", channel="slip")
    assert desk.row(Application).channel == "slip"
    assert desk.row(Case, ref=ref).owner_id == desk.cast.members["clara"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:05", "09:05"),
        ("09.05", "09:05"),
        ("0905", "09:05"),
        ("9 Uhr", "09:00"),
        ("23:59", "23:59"),
        ("14h30", "14:30"),
        ("٠٩:٠٥", "09:05"),
    ],
)
def test_times_are_read_as_people_write_them(text, expected):
    assert f"{read_wall_time(text):%H:%M}" == expected


@pytest.mark.parametrize("text", ["", "24:00", "9:60", "morgen", "9:5:3", "-1:00", "12345", None])
def test_what_is_no_time_is_none(text):
    assert read_wall_time(text) is None
