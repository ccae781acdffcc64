"""Line ends, quoting, empty lines, stray quotation marks, long fields: every record knows its first line."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.register.reader.encoding import Encoding
from servicedesk.register.reader.lines import MAX_RECORD_CHARS, read_lines
from servicedesk.register.rules import Rejection
from tests.support.lists import STANDARD, as_csv, line

HEADER = ";".join(STANDARD)


def _join(*lines: str, end: str = "\r\n") -> bytes:
    return end.join((HEADER, *lines, "")).encode()


def _plain(**values: str) -> str:
    return ";".join(line(**values))


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_line_end_is_understood(read, end):
    found = read(_join(_plain(), _plain(aktenzeichen="2"), end=end))
    assert [(number, fields[0]) for number, fields, _ in found] == [(2, "33.26.01-0000001"), (3, "2")]


def test_line_ends_may_be_mixed_and_the_last_may_be_missing(read):
    content = (HEADER + "\r\n" + _plain() + "\n" + _plain() + "\r" + _plain()).encode()
    assert [number for number, _, _ in read(content)] == [2, 3, 4]


def test_quoted_line_ends_belong_to_the_record(read):
    first = ";".join(line(nebenbestimmung_erwerb='"Zeile eins\nZeile ""zwei""\nZeile drei"'))
    found = read(_join(first, _plain(aktenzeichen="2"), end="\n"))
    assert [number for number, _, _ in found] == [2, 5]
    assert found[0][1][15] == 'Zeile eins\nZeile "zwei"\nZeile drei'


def test_a_delimiter_inside_quotes_is_text(read):
    [(_, fields, _)] = read(as_csv([line(nebenbestimmung_erwerb="erlaubt; aber nur halbtags")]).encode())
    assert fields[15] == "erlaubt; aber nur halbtags"


def test_empty_lines_count_for_numbers_only(read):
    found = read(_join("", _plain(), "   ", ";" * (len(STANDARD) - 1), _plain(aktenzeichen="2")))
    assert [number for number, _, _ in found] == [3, 6]


def test_trailing_separators_are_ignored_when_empty(judge_list):
    results, _ = judge_list((HEADER + ";;\n" + _plain() + ";;\n" + _plain() + ";x;\n").encode())
    assert results[0].file_number == "33.26.01-0000001"
    assert (results[1].line, results[1].code) == (3, "too_many_columns")


def test_a_file_cut_off_in_the_middle_keeps_what_is_whole(judge_list):
    content = _join(*[_plain(aktenzeichen=str(n)) for n in range(100)])
    results, _ = judge_list(content[: len(content) // 2])
    assert all(not isinstance(result, Rejection) for result in results[:-1])
    assert results[-1].code in {"too_few_columns", "date_format"}


@pytest.mark.parametrize("bad", ['"Ali', 'A"l"i', '"Ali"x', 'Ali"'])
def test_a_stray_quotation_mark_costs_its_own_line_only(judge_list, bad):
    lines = [_plain(aktenzeichen=str(n)) for n in range(2, 600)]
    lines[3] = _plain(aktenzeichen="5", familienname=bad)
    results, _ = judge_list(_join(*lines))
    assert len(results) == 598
    rejected = [result for result in results if isinstance(result, Rejection)]
    assert {result.line for result in rejected} <= {5}
    accepted = Counter(result.file_number for result in results if not isinstance(result, Rejection))
    assert set(accepted) >= {str(n) for n in range(2, 600) if n != 5}


def test_a_stray_quotation_mark_before_a_quoted_field_costs_one_line(judge_list):
    quoted = ";".join(line(aktenzeichen="9", nebenbestimmung_erwerb='"ja; nein"'))
    lines = [
        _plain(aktenzeichen="5", familienname='"Ali'),
        _plain(aktenzeichen="6"),
        quoted,
        _plain(aktenzeichen="10"),
    ]
    results, _ = judge_list(_join(*lines))
    assert [getattr(result, "file_number", result.__class__.__name__) for result in results] == [
        "Rejection",
        "6",
        "9",
        "10",
    ]
    assert results[0].code == "stray_quote"


def test_a_field_beyond_the_csv_modules_limit_costs_one_line(judge_list):
    long = _plain(nebenbestimmung_erwerb="x" * 200_000)
    quoted = ";".join(line(nebenbestimmung_erwerb='"' + "x" * 200_000 + '"'))
    endless = _plain(nebenbestimmung_erwerb="x" * (3 * MAX_RECORD_CHARS))
    results, _ = judge_list(_join(long, quoted, endless, _plain(aktenzeichen="5")))
    assert [getattr(result, "code", "") for result in results] == [
        "too_long",
        "too_long",
        "record_too_long",
        "",
    ]


def test_a_nul_byte_rejects_its_line(judge_list):
    results, _ = judge_list(_join(_plain(familienname="A\0li"), _plain(aktenzeichen="3")))
    assert (results[0].line, results[0].column, results[0].code) == (2, "surname", "control_character")
    assert results[1].file_number == "3"


@given(
    text=st.text(alphabet=st.sampled_from('ab;"\r\n\0é'), max_size=300),
    chunk=st.integers(min_value=1, max_value=7),
)
def test_lines_are_cut_alike_however_the_file_is_chunked(text, chunk):
    class Slow:
        def __init__(self, content: bytes):
            self.content, self.at = content, 0

        def seek(self, at):
            self.at = at

        def read(self, _):
            found = self.content[self.at : self.at + chunk]
            self.at += chunk
            return found

    seen = [cut for block in read_lines(Slow(text.encode()), Encoding("utf-8")) for cut in block.lines]
    whole = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert seen == (whole[:-1] if whole[-1] == "" else whole)
