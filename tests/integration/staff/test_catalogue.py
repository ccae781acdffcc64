"""The office edits its catalogue: draft, texts, preview, four eyes, files; nothing lost when two write at once."""

import json
import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.checklists.models import CatalogueVersion
from servicedesk.checklists.queries import office_catalogue
from servicedesk.checklists.service import start_draft
from servicedesk.db.audit import AuditEvent
from servicedesk.kernel.intervals import Lead
from tests.conftest import NOW
from tests.support.acting import staff
from tests.support.catalogues import OWN_STUDY, PARKING, TODAY, release
from tests.support.pdf_reading import page_texts

BASE = "/staff/catalogue"


@pytest.fixture
def frida(desk):
    return desk.sign_in("frida")


@pytest.fixture
def eva(desk):
    return desk.sign_in("eva")


def begin(desk, own=None):
    """Begin a draft as Frida; return its address."""
    with desk.db.unit_of_work() as session:
        made = start_draft(
            session,
            office_id=desk.cast.office.id,
            own=own or {},
            note="",
            actor=staff(session, desk.cast, "frida"),
            now=NOW,
        )
    return f"{BASE}/{made.hex}"


def stored(desk):
    with desk.db.reading() as session:
        query = select(CatalogueVersion).where(CatalogueVersion.office_id.is_not(None))
        return session.scalars(query.order_by(CatalogueVersion.id.desc())).first()


def acts(desk):
    with desk.db.reading() as session:
        query = select(AuditEvent.action).where(AuditEvent.subject_kind == "catalogue_version")
        return session.scalars(query.order_by(AuditEvent.id)).all()


def catalogue_on(desk, day):
    with desk.db.reading() as session:
        return office_catalogue(session, desk.cast.office.id, day)


def own_document(own, name):
    return next((entry for entry in own.get("document", []) if entry["id"] == name), {})


def test_without_own_versions_the_page_says_so_and_begins_one(desk, frida):
    page = frida.get(BASE).page.words()
    assert "Ihre Behörde hat nichts daran geändert" in page
    assert "Kein Entwurf." in page
    frida.press("Entwurf beginnen")
    assert "Noch nichts geändert." in frida.page.words()
    assert stored(desk).state == "draft"
    assert acts(desk) == ["start_catalogue"]
    assert "own-1" in frida.get(BASE).page.words()


def test_the_search_finds_concerns_and_documents_in_german_and_english(desk, frida):
    begin(desk)
    found = frida.get(f"{BASE}?q=Studium").page.words()
    assert "Aufenthaltserlaubnis zum Studium" in found
    assert "Meldebescheinigung" in frida.get(f"{BASE}?q=certificate+of+registration").page.words()
    assert "Kein Anliegen und keine Unterlage heißt so" in frida.get(f"{BASE}?q=quietscheente").page.words()


def test_another_maximum_age_is_kept_beside_the_builtin_one_and_taken_back(desk, frida):
    address = f"{begin(desk)}/documents/health_insurance"
    frida.get(address)
    assert "Mitgeliefert: 3 Monate" in frida.page.words()
    assert "Behörden verlangen 3 Monate bis 3 Monate" in frida.page.words()
    frida.submit(max_age="28", max_age_unit="days")
    assert "Im Entwurf gespeichert" in frida.page.words()
    assert own_document(stored(desk).own, "health_insurance") == {"id": "health_insurance", "max_age": "P28D"}
    differs = frida.page.words(frida.page.all("ins")[0])
    assert differs == "4 Wochen"
    frida.press("Zurück zum mitgelieferten Text")
    assert stored(desk).own == {}
    assert acts(desk) == ["start_catalogue", "change_catalogue", "change_catalogue"]


def test_a_limit_is_taken_away_altogether(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/documents/health_insurance").submit(max_age="")
    assert own_document(stored(desk).own, "health_insurance") == {"id": "health_insurance", "max_age": ""}
    assert "Fehler" not in frida.get(draft).page.words()


def test_a_number_nobody_can_read_is_asked_again_and_nothing_is_lost(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/documents/health_insurance")
    frida.submit(max_age="bald", why="Weil es so ist.")
    assert frida.page.errors == ["Schreiben Sie eine ganze Zahl ab 1, oder lassen Sie das Feld leer."]
    assert "Weil es so ist." in frida.page.text
    assert stored(desk).own == {}


def add_document(browser, draft, **values):
    browser.get(f"{draft}/documents/new")
    typed = {
        "name": "Parkausweis",
        "name_en": "parking permit",
        "why": "Er zeigt, wo Sie parken.",
        "where": "beim Ordnungsamt",
        "form": "copy",
        "source_url": "https://example.org/parken",
        **values,
    }
    return browser.submit(**typed)


def test_an_own_document_is_added_and_may_be_faulty_until_it_is_proposed(desk, frida):
    draft = begin(desk)
    add_document(frida, draft, source_url="", name_en="")
    assert sorted(frida.page.errors) == [
        "Die Quelle braucht eine Adresse, die mit https:// beginnt.",
        "Hier fehlt ein Text.",
    ]
    (entry,) = stored(desk).own["document"]
    assert entry["id"].startswith("own_")
    frida.get(draft)
    assert "2 Fehler: So lässt sich die Fassung nicht vorschlagen." in frida.page.words()
    frida.press("Einer zweiten Person vorschlagen")
    assert frida.status == 409
    assert "Die Quelle braucht eine Adresse" in frida.page.words()
    assert stored(desk).state == "draft"


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Bescheinigung der Migrationsberatung"},
        {"name_en": "certificate of counselling"},
        {"why": "Er zeigt, dass Sie bei der Beratung waren."},
        {"where": "bei der Sozial-Beratung"},
    ],
)
def test_attendance_at_counselling_is_refused_by_name_in_every_field(desk, frida, values):
    draft = begin(desk)
    add_document(frida, draft, **values)
    assert "Beratung ist freiwillig." in " ".join(frida.page.errors)
    frida.get(draft).press("Einer zweiten Person vorschlagen")
    assert frida.status == 409
    assert "Beratung ist freiwillig." in frida.page.words()
    assert stored(desk).state == "draft"


@pytest.mark.parametrize(
    "own",
    [
        {"document": [{**PARKING, "id": "own_beratung_nachweis"}]},
        {"document": [PARKING], "texts": {"ar": {"Parkausweis": "شهادة استشارة"}}},
        {
            "concern": [
                {
                    "id": "permit_study",
                    "papers": [
                        {"documents": ["cv"], "condition": "wenn Sie beraten wurden"},
                        {"documents": ["enrolment"], "condition": "wenn Sie eine Beratung besucht haben"},
                    ],
                }
            ]
        },
        {
            "concern": [
                {"id": "permit_study", "validity": [{"kind": "unlimited", "text": "nach der Beratung"}]}
            ]
        },
    ],
)
def test_counselling_is_found_in_identities_translations_and_conditions(desk, frida, own):
    frida.get(begin(desk, own)).press("Einer zweiten Person vorschlagen")
    assert frida.status == 409
    assert "Beratung ist freiwillig." in frida.page.words()
    assert stored(desk).state == "draft"


def test_the_list_of_a_concern_is_put_in_order_and_lines_are_taken_off(desk, frida):
    draft = begin(desk)
    address = f"{draft}/concerns/permit_study"
    frida.get(address)
    before = [frida.page.words(one) for one in frida.page.all("a") if one.get("data-open") is not None]
    frida.press("nach unten")
    after = [frida.page.words(one) for one in frida.page.all("a") if one.get("data-open") is not None]
    assert after[:2] == before[1::-1]
    assert sorted(after) == sorted(before)
    frida.press("von der Liste nehmen")
    assert [
        frida.page.words(one) for one in frida.page.all("a") if one.get("data-open") is not None
    ] == after[1:]
    (entry,) = stored(desk).own["concern"]
    assert entry["include"] == []


def test_a_line_gets_conditions_from_the_closed_facts_and_reads_them_back(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/concerns/permit_study/lines/new")
    frida.submit(
        **{
            "paper-0": "tenancy_contract",
            "fact-0-0": "renewal",
            "value-0-0": "holds",
            "fact-0-1": "employed",
            "value-0-1": "holds",
            "fact-1-0": "minor",
            "value-1-0": "holds",
            "more": "1",
        }
    )
    assert (
        "Nötig, wenn es um eine Verlängerung geht und die Person angestellt arbeitet; oder wenn die Person unter 18 ist."
        in frida.page.words()
    )
    lines = stored(desk).own["concern"][0]["papers"][-2:]
    assert lines == [
        {"documents": ["tenancy_contract"], "when": ["renewal", "employed"]},
        {"documents": ["tenancy_contract"], "when": ["minor"]},
    ]
    frida.get(draft).press("Einer zweiten Person vorschlagen")
    assert stored(desk).state == "proposed"


def test_a_condition_that_can_never_hold_is_named_at_its_field(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/concerns/permit_study/lines/new")
    frida.submit(
        **{
            "paper-0": "cv",
            "fact-0-0": "minor",
            "value-0-0": "holds",
            "fact-0-1": "adult",
            "value-0-1": "holds",
        }
    )
    assert "Zwei dieser Bedingungen können nie zugleich zutreffen." in frida.page.words()
    assert stored(desk).own == {}


def test_a_line_without_paper_is_asked_again(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/concerns/permit_study/lines/new").submit()
    assert "Wählen Sie mindestens eine Unterlage." in frida.page.words()


def test_a_concern_is_withdrawn_with_what_stands_in_its_place(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/concerns/permit_opportunity_card")
    frida.submit(
        **{
            "valid_until-day": "31",
            "valid_until-month": "12",
            "valid_until-year": "2026",
            "replaced_by": "permit_job_search",
        }
    )
    (entry,) = stored(desk).own["concern"]
    assert entry == {
        "id": "permit_opportunity_card",
        "valid_until": "2026-12-31",
        "replaced_by": "permit_job_search",
    }


def test_the_concern_that_catches_all_others_is_not_withdrawn(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/concerns/permit_other")
    frida.submit(**{"valid_until-day": "31", "valid_until-month": "12", "valid_until-year": "2026"})
    assert "lässt sich nicht zurückziehen" in " ".join(frida.page.errors)


def test_how_long_it_holds_and_what_it_costs_are_changed(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/concerns/permit_refugee_renewal")
    frida.submit(**{"validity-1": "höchstens zwei Jahre", "kind-1": "at_most"})
    assert "Zu dieser Geltungsdauer gehört eine Spanne." in frida.page.words()
    frida.submit(**{"span-1": "24", "unit-1": "months", "fees": ""})
    (entry,) = stored(desk).own["concern"]
    assert entry["fees"] == ""
    assert entry["validity"][1] == {"kind": "at_most", "span": "P24M", "text": "höchstens zwei Jahre"}
    assert entry["validity"][0] == {"kind": "fixed", "span": "P36M", "text": "drei Jahre"}


def test_an_own_concern_is_a_list_to_read_and_print(desk, frida, eva):
    draft = begin(desk)
    frida.get(f"{draft}/concerns/new")
    frida.submit(
        name="Parken für Studierende",
        name_en="parking for students",
        legal_basis="Satzung",
        letters="stu",
        source_url="https://example.org/p",
    )
    assert frida.page.errors == ["Diese drei Buchstaben hat schon ein anderes Anliegen."]
    frida.submit(letters="ppp")
    assert frida.page.errors == []
    name = stored(desk).own["concern"][0]["id"]
    frida.get(f"{draft}/concerns/{name}/lines/new").submit(**{"paper-0": "passport"})
    frida.get(draft).press("Einer zweiten Person vorschlagen")
    eva.get(f"{draft}/release").submit()
    assert stored(desk).state == "released", eva.page.words()
    assert "Parken für Studierende" in frida.get("/de/papers").page.words()
    assert "Parken für Studierende" not in frida.get("/de/contact").page.words()


def test_texts_stand_side_by_side_and_go_before_ours_on_pages_and_sheets(desk, frida, eva):
    draft = begin(desk)
    add_document(frida, draft)
    name = stored(desk).own["document"][0]["id"]
    frida.get(f"{draft}/concerns/permit_study/lines/new").submit(**{"paper-0": name})
    assert "3 Texte fehlen" in frida.get(draft).page.words()
    frida.get(f"{draft}/texts/ar")
    (area,) = frida.page.all("textarea", id="text-0")
    assert (area.get("lang"), area.get("dir")) == ("ar", "rtl")
    frida.submit(**{"text-0": "تصريح وقوف"})
    assert stored(desk).own["texts"] == {"ar": {"Parkausweis": "تصريح وقوف"}}
    assert "2 Texte fehlen" in frida.page.words()
    frida.get(f"{draft}/preview/permit_study?language=ar")
    assert "Entwurf – gilt noch nicht" in frida.page.words()
    assert "تصريح وقوف" in frida.page.words()
    assert re.search(r'<span lang="de" dir="ltr">beim Ordnungsamt</span>', frida.page.text)
    sheet = frida.get(f"{draft}/sheets/permit_study?language=ar").answer
    texts = page_texts(sheet.data)
    assert all("ENTWURF" in text for text in texts)
    assert "Parkausweis" in "".join(texts)
    frida.get(draft).press("Einer zweiten Person vorschlagen")
    eva.get(f"{draft}/release").submit()
    assert "تصريح وقوف" in frida.get("/ar/papers/permit_study").page.words()
    final = eva.get("/staff/checklists/print?letters=stu&language=ar").answer
    assert "ENTWURF" not in "".join(page_texts(final.data))


def test_preview_follows_the_chosen_facts(desk, frida):
    draft = begin(desk)
    plain = frida.get(f"{draft}/preview/permit_study").page.words()
    first = frida.get(f"{draft}/preview/permit_study?first=1").page.words()
    assert "bisheriger Aufenthaltstitel" in plain
    assert "bisheriger Aufenthaltstitel" not in first


def test_four_eyes_release_from_tomorrow_on_without_any_job(desk, frida, eva):
    draft = begin(desk, OWN_STUDY)
    frida.get(draft).press("Einer zweiten Person vorschlagen")
    frida.get(f"{draft}/release").submit()
    assert "Wer eine Fassung vorschlägt, gibt sie nicht selbst frei." in frida.page.words()
    eva.get(f"{draft}/release")
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    for day, said in (
        (yesterday, "Eine Fassung gilt frühestens ab heute."),
        (tomorrow, "gilt ab 24.11.2026"),
    ):
        eva.submit(
            **{
                "effective_from-day": str(day.day),
                "effective_from-month": str(day.month),
                "effective_from-year": str(day.year),
            }
        )
        assert said in eva.page.words()
    assert catalogue_on(desk, TODAY).version == load_catalogue().version
    assert catalogue_on(desk, tomorrow).documents["health_insurance"].max_age == Lead(days=28)
    assert "Ab 24.11.2026 gilt die Fassung own-1." in frida.get(BASE).page.words()
    assert acts(desk) == ["start_catalogue", "propose_catalogue", "release_catalogue"]


def test_a_proposal_goes_back_with_its_reason(desk, frida, eva):
    draft = begin(desk, OWN_STUDY)
    frida.get(draft).press("Einer zweiten Person vorschlagen")
    eva.get(f"{draft}/send-back").submit(reason=" ")
    assert eva.page.errors == ["Schreiben Sie, was zu ändern ist."]
    eva.submit(reason="Die Quelle fehlt noch.")
    assert stored(desk).state == "draft"
    assert "Die Quelle fehlt noch." in frida.get(draft).page.words()
    assert acts(desk)[-1] == "send_back_catalogue"


def test_the_second_person_sees_every_change_beside_what_it_was(desk, frida, eva):
    draft = begin(desk, OWN_STUDY)
    frida.get(draft).press("Einer zweiten Person vorschlagen")
    page = eva.get(draft).page
    before = {page.words(one) for one in page.all("del")}
    after = {page.words(one) for one in page.all("ins")}
    assert "3 Monate" in before
    assert {"4 Wochen", "Parkausweis", "Parkausweis: Alle brauchen sie."} <= after
    assert any(text.startswith("Sperrkonto oder") for text in before), "the line that goes"
    eva.follow("Vorschau : Parkausweis")
    assert "Entwurf – gilt noch nicht" in eva.page.words()


def test_a_proposal_is_taken_back_and_a_draft_dropped(desk, frida):
    draft = begin(desk, OWN_STUDY)
    frida.get(draft).press("Einer zweiten Person vorschlagen")
    frida.press("Zurückholen und weiter bearbeiten")
    assert stored(desk).state == "draft"
    frida.press("Entwurf verwerfen")
    assert stored(desk).state == "dropped"
    assert frida.get(f"{draft}/documents/passport").status == 409


def test_the_team_lead_releases_and_does_not_write(desk, eva):
    draft = begin(desk)
    assert "Entwurf beginnen" not in eva.get(BASE).page.words()
    assert eva.get(f"{draft}/documents/passport").status == 403
    assert "Einer zweiten Person vorschlagen" not in eva.get(draft).page.words()


def test_a_note_says_what_a_version_is_about(desk, frida):
    draft = begin(desk)
    frida.get(draft).submit(note="Neue Fristen der Krankenkassen")
    assert stored(desk).note == "Neue Fristen der Krankenkassen"


def test_faults_that_say_the_same_are_told_apart(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/documents/passport").submit(
        valid_from__day="40", checked_on__day="40", max_age="viele"
    )
    assert frida.page.errors == [
        "Gilt ab: Schreiben Sie den Tag als Zahl von 1 bis 31.",
        "Zuletzt geprüft am: Schreiben Sie den Tag als Zahl von 1 bis 31.",
        "Schreiben Sie eine ganze Zahl ab 1, oder lassen Sie das Feld leer.",
    ]


def test_proposing_keeps_the_note_that_was_typed_beside_the_button(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/documents/new").submit(name="Beleg")
    frida.get(draft).press("Einer zweiten Person vorschlagen", note="Fristen")
    assert "So lässt sich die Fassung nicht vorschlagen" in frida.page.words()
    assert "Fristen" in frida.page.words(), "the faults take nothing away from the note"
    frida.press("Entwurf verwerfen")
    draft = begin(desk)
    frida.get(draft).press("Einer zweiten Person vorschlagen", note="x" * 2001)
    assert frida.page.errors == ["Kürzen Sie den Text auf höchstens 2000 Zeichen."]
    frida.get(draft).press("Einer zweiten Person vorschlagen", note="Fristen der Kassen")
    assert (stored(desk).note, stored(desk).state) == ("Fristen der Kassen", "proposed")


def test_two_people_on_one_draft_lose_nothing_and_are_told_what_to_do(desk, frida):
    draft = begin(desk)
    other = desk.sign_in("frida")
    address = f"{draft}/documents/health_insurance"
    frida.get(address)
    other.get(address)
    other.submit(max_age="14", max_age_unit="days")
    frida.submit(max_age="28", max_age_unit="days", why="Weil das Gesetz es verlangt.")
    page = frida.page.words()
    assert "Inzwischen hat jemand anderes diesen Eintrag gespeichert." in page
    assert "So steht der Eintrag jetzt im Entwurf" in page
    assert "Weil das Gesetz es verlangt." in frida.page.text, "what was typed is still there"
    assert own_document(stored(desk).own, "health_insurance")["max_age"] == "P14D"
    frida.submit()
    assert own_document(stored(desk).own, "health_insurance") == {
        "id": "health_insurance",
        "max_age": "P28D",
        "why": "Weil das Gesetz es verlangt.",
    }


def test_a_line_asked_again_still_notices_what_a_colleague_saved_meanwhile(desk, frida):
    draft = begin(desk)
    other = desk.sign_in("frida")
    address = f"{draft}/concerns/permit_study/lines/new"
    frida.get(address)
    other.get(address).submit(**{"paper-0": "cv"})
    frida.submit()
    assert "Wählen Sie mindestens eine Unterlage." in frida.page.words()
    frida.submit(**{"paper-0": "tenancy_contract"})
    assert "Inzwischen hat jemand anderes diesen Eintrag gespeichert." in frida.page.words()
    (entry,) = stored(desk).own["concern"]
    assert [line["documents"] for line in entry["papers"][-1:]] == [["cv"]]


def test_two_people_on_two_entries_or_two_texts_do_not_meet(desk, frida):
    draft = begin(desk, {"document": [PARKING]})
    other = desk.sign_in("frida")
    frida.get(f"{draft}/documents/health_insurance")
    other.get(f"{draft}/documents/registration_certificate").submit(max_age="1", max_age_unit="months")
    frida.submit(max_age="28", max_age_unit="days")
    own = stored(desk).own
    assert own_document(own, "health_insurance")["max_age"] == "P28D"
    assert own_document(own, "registration_certificate")["max_age"] == "P1M"
    frida.get(f"{draft}/texts/tr")
    other.get(f"{draft}/texts/tr").submit(**{"text-0": "Park kartı"})
    frida.submit(**{"text-1": "Ordnungsamt'tan"})
    assert set(stored(desk).own["texts"]["tr"].values()) == {"Park kartı", "Ordnungsamt'tan"}
    other.submit(**{"text-0": "Otopark izni"})
    frida.submit(**{"text-0": "Park belgesi"})
    assert "Inzwischen hat jemand anderes" in frida.page.words()
    assert "Park belgesi" in frida.page.text
    assert "Otopark izni" in frida.page.text
    frida.submit()
    assert "Park belgesi" in stored(desk).own["texts"]["tr"].values()


def upload(browser, content, name="katalog.json"):
    browser.get(f"{BASE}/import")
    _, data = browser.page.form()
    return browser.post(f"{BASE}/import", {**data, "file": (BytesIO(content), name)})


def test_a_catalogue_travels_from_office_to_office_as_a_file(desk, frida):
    draft = begin(desk, OWN_STUDY)
    file = frida.get(f"{draft}/export").answer
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(file.data)["own"] == OWN_STUDY
    upload(frida, file.data)
    copy = stored(desk)
    assert (copy.version, copy.state, copy.own) == ("own-2", "draft", OWN_STUDY)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"format": "servicedesk-catalogue/1",\n "own": {"document": [}', "In Zeile 2, Spalte 23"),
        (b"\xff\xfe", "nicht in UTF-8"),
        (b"[]", "Das ist keine Katalogdatei"),
        (b"[" * 200_000, "zu tief verschachtelt"),
        (b" " * 250_001, "größer als 2 MB"),
        (
            b'{"format": "servicedesk-catalogue/1", "own": {"document": [{"id": "passport"}, {"id": "X"}]}}',
            "document 2: Der Eintrag hat keine Kennung.",
        ),
        (
            b'{"format": "servicedesk-catalogue/1", "own": {"concern": [{"id": "permit_study", "minutes": 5}]}}',
            "concern 1 (permit_study): Diese Angaben kann eine Behörde nicht ändern: minutes",
        ),
        (
            (
                b'{"format": "servicedesk-catalogue/1", "own": {"concern": [{"id": "permit_study", '
                b'"papers": [{"documents": ["cv"], "when": ["moon"]}]}]}}'
            ),
            "concern 1 (permit_study), papers 1: Die Zeile ist nicht lesbar.",
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_place(desk, frida, monkeypatch, content, said):
    # The test client would spool a file of the real size and leave it open.
    for module in ("checklists.catalogue.exchange", "staff.catalogue_forms"):
        monkeypatch.setattr(f"servicedesk.{module}.MOST_BYTES", 250_000)
    upload(frida, content)
    assert said in frida.page.words()
    assert stored(desk) is None


def test_no_file_at_all_is_asked_for(desk, frida):
    frida.get(f"{BASE}/import").submit()
    assert frida.page.errors == ["Wählen Sie eine Datei."]


def test_a_newer_catalogue_of_the_software_is_hinted_at_with_one_action(desk, frida):
    with desk.db.unit_of_work() as session:
        version_id = release(session, desk.cast, OWN_STUDY, now=NOW)
        session.get_one(CatalogueVersion, version_id).base_version = "2026-01-01.older000"
    frida.get(BASE)
    assert "Die Software hat einen neueren Katalog mitgebracht" in frida.page.words()
    frida.press("Entwurf auf dem neuen Katalog beginnen")
    again = stored(desk)
    assert (again.state, again.own, again.base_version) == ("draft", OWN_STUDY, load_catalogue().version)


def test_many_versions_keep_the_page_readable(desk, frida):
    for _ in range(30):
        begin(desk)
    assert "Entwürfe (30)" in frida.get(BASE).page.words()


def test_the_pages_speak_english_too(desk):
    draft = begin(desk, OWN_STUDY)
    browser = desk.sign_in("frida", language="en")
    for address in (
        BASE,
        draft,
        f"{draft}/documents/health_insurance",
        f"{draft}/concerns/permit_study",
        f"{draft}/concerns/permit_study/lines/0",
        f"{draft}/texts/tr",
        f"{BASE}/import",
    ):
        page = browser.get(address).page
        left = re.findall(r'<span lang="de" dir="ltr">([^<]*)</span>', page.text)
        assert set(left) <= {"Parkausweis"}, (address, left)


def test_dates_are_asked_again_where_there_is_no_such_day(desk, frida):
    draft = begin(desk)
    frida.get(f"{draft}/documents/passport")
    frida.submit(**{"checked_on-day": "31", "checked_on-month": "2", "checked_on-year": "2026"})
    assert "Diesen Tag gibt es in dem Monat nicht." in frida.page.words()
    assert stored(desk).own == {}
    assert date(2026, 11, 23) == TODAY
