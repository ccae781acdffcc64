import tomllib

import pytest

from servicedesk.offices.rules.setup.lines import locate_keys
from tests.unit.offices.files import DEMO, MINIMAL

SOURCE = '''# first comment
title = "one # not a comment"
plain.dotted."quoted key" = 1

[table]   # with comment
text = """
several
lines with " and ] and }
"""
next = \'\'\'
raw \\
\'\'\'
numbers = [
    1,  # one
    2,

    3
]
inline = { a = 1, b = [ { c = "x" }, { c = "y" } ] }

[[item]]
name = 'first'
[[item.part]]
n = 1
[[item.part]]
n = 2
[item.extra]
k = 07:30:00

[[item]]
name = "second \\" quote"
[[item.part]]
n = 3
last = 2026-12-24
'''

EXPECTED = {
    ("title",): 2,
    ("plain",): 3,
    ("plain", "dotted", "quoted key"): 3,
    ("table",): 5,
    ("table", "text"): 6,
    ("table", "next"): 10,
    ("table", "numbers"): 13,
    ("table", "numbers", 0): 14,
    ("table", "numbers", 2): 17,
    ("table", "inline", "b", 1, "c"): 19,
    ("item", 0): 21,
    ("item", 0, "name"): 22,
    ("item", 0, "part", 0, "n"): 24,
    ("item", 0, "part", 1): 25,
    ("item", 0, "extra", "k"): 28,
    ("item", 1): 30,
    ("item", 1, "part", 0): 32,
    ("item", 1, "part", 0, "last"): 34,
}


def test_every_kind_of_key_has_its_line():
    lines = locate_keys(SOURCE)
    assert {path: lines.get(path) for path in EXPECTED} == EXPECTED


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _paths(item, (*path, key))


@pytest.mark.parametrize("source", [SOURCE, MINIMAL, DEMO.read_text(encoding="utf-8"), ""])
def test_the_scan_finds_exactly_the_paths_of_the_standard_parser(source):
    assert set(locate_keys(source)) | {()} == set(_paths(tomllib.loads(source)))


def test_lines_point_at_the_text():
    source = DEMO.read_text(encoding="utf-8")
    rows = source.splitlines()
    for path, line in locate_keys(source).items():
        name = next(part for part in reversed(path) if isinstance(part, str))
        if isinstance(path[-1], str):
            assert name in rows[line - 1], path
