"""Every encoding offices export is found by looking, shown, and can be overridden."""

import pytest

from servicedesk.register.errors import UnknownEncoding
from servicedesk.register.rules import Rejection
from tests.support.lists import as_csv, line, rows

NAMES = ("Müller", "Öztürk", "Groß", "Çelik", "Núñez")


def _list(names) -> str:
    return as_csv(
        [line(aktenzeichen=str(n), familienname=name, vornamen="Ana") for n, name in enumerate(names)]
    )


@pytest.mark.parametrize(
    ("codec", "found", "is_certain"),
    [
        ("utf-8", "utf-8", False),
        ("utf-8-sig", "utf-8-sig", True),
        ("utf-16", "utf-16-le", True),
        ("utf-16-le", "utf-16-le", False),
        ("utf-16-be", "utf-16-be", False),
        ("cp1252", "cp1252", False),
    ],
)
def test_the_encoding_is_found_and_the_names_are_right(opened, read, codec, found, is_certain):
    content = _list(NAMES).encode(codec)
    with opened(content) as source:
        assert (source.encoding_name, source.encoding.is_certain) == (found, is_certain)
    assert [fields[1] for _, fields, _ in read(content)] == list(NAMES)


def test_utf16_big_endian_with_a_mark(read):
    content = "\ufeff".encode("utf-16-be") + _list(NAMES).encode("utf-16-be")
    assert [fields[1] for _, fields, _ in read(content)] == list(NAMES)


def test_iso_8859_15_is_told_from_cp1252_by_its_own_letters(opened, read):
    names = ("Šimić", "Živković", "Dvořáček")
    writable = [name.encode("iso8859-15", "replace").decode("iso8859-15") for name in names]
    content = _list(writable).encode("iso8859-15")
    with opened(content) as source:
        assert source.encoding_name == "iso8859-15"
    assert [fields[1] for _, fields, _ in read(content)] == writable


def test_cp1252_is_told_by_its_own_letters_and_by_an_accent_for_an_apostrophe(opened):
    for name in ("Šimič", "O´Brien", "Müller – Öz"):
        with opened(_list([name]).encode("cp1252", "replace")) as source:
            assert source.encoding_name == "cp1252", name


def test_the_first_umlaut_may_stand_in_the_last_line(read):
    content = _list([*["Smith"] * 20_000, "Müller"]).encode("cp1252")
    assert read(content)[-1][1][1] == "Müller"


def test_an_ascii_list_is_utf8(opened):
    with opened(_list(["Smith"]).replace("ä", "ae").encode()) as source:
        assert source.encoding_name == "utf-8"


def test_the_encoding_can_be_overridden(opened, read):
    content = _list(["Šimić".encode("iso8859-15", "replace").decode("iso8859-15")]).encode("iso8859-15")
    with opened(content, encoding="cp1252") as source:
        assert (source.encoding_name, source.encoding.is_certain) == ("cp1252", True)
    assert read(content, encoding="cp1252")[0][1][1] == "¦imi?"
    assert read(_list(NAMES).encode("utf-16"), encoding="utf-16")[0][1][1] == "Müller"
    assert read(_list(NAMES).encode("utf-8-sig"), encoding="utf8")[0][1][1] == "Müller"


@pytest.mark.parametrize("name", ["no-such", "rot13", "base64"])
def test_an_unknown_encoding_is_refused(opened, name):
    with pytest.raises(UnknownEncoding), opened(b"x", encoding=name):
        pass


def test_one_bad_byte_far_down_costs_one_line(judge_list):
    lines = as_csv(rows(3000)).encode().split(b"\r\n")
    lines[2500] = lines[2500].replace(b";", b";\xff", 1)
    results, _ = judge_list(b"\r\n".join(lines))
    rejected = [result for result in results if isinstance(result, Rejection)]
    assert [(r.line, r.column, r.code) for r in rejected] == [(2501, "surname", "undecodable")]
    assert len(results) == 3000


def test_misread_utf8_is_accepted_with_a_warning(judged):
    row, warnings = judged(familienname="Müller".encode().decode("cp1252"))
    assert (row.family_name, warnings) == ("MÃ¼ller", ["name_mojibake"])
    for right in ("Müller", "Ångström", "ÄÖÜ", "Žižek", "Çelik"):
        assert judged(familienname=right)[1] == [], right
