"""Give the tests of the reader a file from bytes, and the tests of the rules a judged line."""

from contextlib import contextmanager
from datetime import date

import pytest

from servicedesk.register.reader import open_list
from servicedesk.register.rules import Context, Judge, Rejection, build_picker, load_ordinances
from tests.support.lists import STANDARD, line

TODAY = date(2026, 11, 23)


@pytest.fixture
def opened(tmp_path):
    """Open a list from its bytes."""

    @contextmanager
    def open_bytes(content: bytes, name="liste.csv", **options):
        file = tmp_path / name
        file.write_bytes(content)
        with open_list(file, **options) as source:
            yield source

    return open_bytes


@pytest.fixture
def read(opened):
    """Return (line number, fields, look) of every record below the header."""

    def read_bytes(content: bytes, **options):
        with opened(content, **options) as source:
            return [record for block in source.records() for record in block]

    return read_bytes


@pytest.fixture
def judge_list(opened):
    """Judge every record of a list; return rows and rejections in order, and the warnings of all."""

    def judge_bytes(content: bytes, **options):
        with opened(content, **options) as source:
            judge = Judge(Context(TODAY, ordinances=load_ordinances()))
            pick = source.layout.picker()
            results, warnings = [], []
            for block in source.records():
                for number, fields, look in block:
                    if look == 2:
                        results.append(Rejection(number, "", fields[1], fields[0]))
                        continue
                    raw = pick(fields)
                    if isinstance(raw, str):
                        results.append(Rejection(number, "", "", raw))
                        continue
                    results.append(judge.judge(number, raw, is_clean=not look))
                    warnings.extend(judge.warnings)
            return results, warnings

    return judge_bytes


@pytest.fixture
def judged():
    """Judge one line of the standard header; return its row or rejection, and the warnings."""

    def judge_line(**values: str):
        judge = Judge(Context(TODAY, ordinances=load_ordinances()))
        raw = build_picker(range(len(STANDARD)), len(STANDARD))(line(**values))
        result = judge.judge(2, raw, is_clean=False)
        return result, judge.warnings

    return judge_line


@pytest.fixture
def code(judged):
    """Return (column, code) of the rejection of a line; None where it is accepted."""

    def code_of(**values: str):
        result, _ = judged(**values)
        return (str(result.column), result.code) if isinstance(result, Rejection) else None

    return code_of
