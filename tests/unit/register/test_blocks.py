"""Judging column by column gives what judging line by line gives, and leaves every peculiar line to the latter."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.register.rules import Context, Judge, Rejection, load_ordinances
from servicedesk.register.service.blocks import BlockJudge
from servicedesk.register.service.writers import PERSON_COLUMNS, TITLE_COLUMNS, CopyWriter, Scope
from tests.support.lists import line, rows
from tests.unit.register.conftest import TODAY

CONTEXT = Context(TODAY, ordinances=load_ordinances())


class _Session:
    """Stand in for a session whose connection nobody uses."""

    def connection(self):
        return self

    driver_connection = None


_Session.connection = lambda self: type("C", (), {"connection": self})()


@pytest.fixture
def writer(vault):
    made = CopyWriter(_Session(), Scope(UUID(int=1), UUID(int=2), TODAY), vault)
    yield made
    made.close()


def _stored(vault, people, titles):
    """Return the copied lines as dictionaries, mail and phone open, without the drawn ids."""
    stored = []
    for person, title in zip(people, titles, strict=True):
        row = dict(zip(PERSON_COLUMNS, person.removesuffix("\n").split("\t"), strict=True))
        row |= {
            f"title_{k}": v for k, v in zip(TITLE_COLUMNS, title.removesuffix("\n").split("\t"), strict=True)
        }
        assert row["title_person_id"] == row["id"]
        for column in ("email_sealed", "phone_sealed"):
            if row[column] != "\\N":
                sealed = bytes.fromhex(row[column].removeprefix("\\\\x"))
                row[column] = vault.open_text(sealed, "person", UUID(hex=row["id"]), column)
        for column in ("birth_month", "birth_day"):
            row[column] = int(row[column])
        stored.append({k: v for k, v in row.items() if k not in {"id", "title_id", "title_person_id"}})
    return stored


def test_both_ways_store_the_same(vault, writer):
    raws = [tuple(row) for row in rows(2000)] + [
        tuple(line(titel_rechtsgrundlage="24", gueltig_bis="04.03.2026", erteilt_am=d))
        for d in ("01.03.2024", "01.03.2026")
    ]
    found = BlockJudge(CONTEXT).judge(raws)
    judge = Judge(CONTEXT)
    slow = []
    for number, (raw, keep) in enumerate(zip(raws, found.keep, strict=True)):
        row = judge.judge(number, raw, is_clean=True)
        assert not isinstance(row, Rejection)
        if keep:
            assert judge.warnings == []
            slow.append((number, row))
    assert len(slow) > 1500
    writer.add_block([number for number, _ in slow], found, ["00" * 16] * len(slow))
    fast = _stored(vault, writer._people, writer._titles)
    writer._people, writer._titles = [], []
    for number, row in slow:
        writer.add_title(writer.add_person(row, is_clean=True), row, bytes(16), number, is_clean=True)
    assert fast == _stored(vault, writer._people, writer._titles)


ODD = {
    "aktenzeichen": ["", "=1", "9" * 61],
    "familienname": ["", "---", "A1", "?", "A" * 201, "<b>", "MÃ¼ller"],
    "vornamen": ["A1", "?"],
    "geburtsdatum": ["", "29.02.1991", "01.01.2030", "١٧.٠٥.١٩٩٠", "1.1.90"],
    "geschlecht": ["?"],
    "staatsangehoerigkeiten": ["Türkei", "163," * 21],
    "strasse": ["x" * 201],
    "hausnummer": ["x" * 31],
    "plz": ["1234", "1" * 13],
    "ort": ["x" * 101],
    "titel_rechtsgrundlage": ["", "x" * 41],
    "erteilt_am": ["", "16.02.2027", "01.12.2026", "01.01.1980", "x"],
    "gueltig_bis": ["29.02.2026", "15.02.2127", "01.01.2024", "01.01.1980"],
    "karte_gueltig_bis": ["14.02.2025", "x"],
    "pass_gueltig_bis": ["x"],
    "nebenbestimmung_erwerb": ["x" * 4001],
    "familienverband": ["x" * 61],
    "gesetzlicher_vertreter": ["33.26.01-0000001", "x" * 61],
    "sprache": ["deutsch, englisch"],
    "email": ["keine"],
    "telefon": ["keins"],
    "verzogen_am": ["x"],
}


@pytest.mark.parametrize(
    ("column", "value"), [(column, value) for column, values in ODD.items() for value in values]
)
def test_every_peculiar_line_is_left_for_a_closer_look(column, value):
    usual = [tuple(line(aktenzeichen=str(n))) for n in range(3)]
    found = BlockJudge(CONTEXT).judge([usual[0], tuple(line(**{column: value})), *usual[1:]])
    assert found.keep == [True, False, True, True]
    assert [len(column) for column in (*found.raw, found.birth, found.is_unlimited)] == [3] * 24
    assert found.raw[0] == ["0", "1", "2"]


@given(
    values=st.dictionaries(
        st.sampled_from(sorted(ODD)),
        st.one_of(
            st.sampled_from(
                [
                    "",
                    "Ali",
                    "163",
                    "01.01.1990",
                    "15.03.2027",
                    "00.00.1985",
                    "31.12.9999",
                    "46433",
                    "24",
                    "12345",
                ]
            ),
            st.text(alphabet=st.characters(categories=("L", "N", "P", "S")), max_size=8),
        ),
        max_size=4,
    )
)
def test_what_is_kept_is_what_the_judge_accepts_without_a_word(values):
    raw = tuple(line(**values))
    judge = Judge(CONTEXT)
    row = judge.judge(2, raw, is_clean=True)
    found = BlockJudge(CONTEXT).judge([raw])
    if not found.keep[0]:
        return
    assert not isinstance(row, Rejection)
    assert judge.warnings == []
    none = lambda text: None if text == "\\N" else text
    assert found.birth == [row.birth.replace("-", "\t")]
    assert (found.surname_key[0], found.sex[0], found.nationalities[0]) == (
        row.surname_key,
        row.sex,
        row.nationalities,
    )
    assert [none(c[0]) for c in (found.language, found.moved_away_on, found.issued_on, found.ends_on)] == [
        row.language, row.moved_away_on, row.issued_on, row.ends_on
    ]  # fmt: skip
    assert [none(c[0]) for c in (found.card_ends_on, found.passport_ends_on, found.effective_ends_on)] == [
        row.card_ends_on, row.passport_ends_on, row.effective_ends_on
    ]  # fmt: skip
    assert (found.issued_on[0], found.is_unlimited[0] == "t") == (row.identity, row.is_unlimited)


def test_choosing_among_the_kept_lines():
    found = BlockJudge(CONTEXT).judge([tuple(line(aktenzeichen=str(n))) for n in range(3)])
    chosen = found.only([True, False, True])
    assert (chosen.raw[0], len(chosen.sex), chosen.birth[0]) == (["0", "2"], 2, "1990\t05\t17")
    assert CONTEXT.today == date(2026, 11, 23)
