"""Guard what the architecture page promises about size and wording."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = sorted((ROOT / "servicedesk").rglob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if "vendor" not in path.parts)
TEXTS = sorted(
    path
    for folder in ("servicedesk", "migrations", "docs", "tools", "bench", "translations")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".html", ".txt", ".css", ".js", ".toml", ".po", ".md"}
    and "static" not in path.parts
)
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60
UNFINISHED = re.compile(r"\b(TODO|FIXME|HACK)\b|(?i:lorem ipsum)")


def test_there_is_something_to_check():
    assert len(PACKAGE) > 40
    assert len(TESTS) > 5


def test_no_file_grows_past_what_one_reads():
    long = {
        str(path.relative_to(ROOT)): count
        for path in PACKAGE
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES_OF_A_FILE
    }
    assert not long, f"make these packages of the same name: {long}"


def test_no_function_grows_past_a_screen():
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
        for path in PACKAGE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long, long


def test_nothing_unfinished_is_left_in_the_texts():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in TEXTS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found, found


def test_every_test_module_holds_tests_and_every_test_is_collected():
    faults = []
    for path in TESTS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [
            node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        if path.name.startswith("test_"):
            if not any(name.startswith("test") for name in names) and "TestCase" not in path.read_text(
                "utf-8"
            ):
                faults.append(f"{path.relative_to(ROOT)} holds no test")
        elif any(name.startswith("test_") for name in names):
            faults.append(f"{path.relative_to(ROOT)} holds tests but its name keeps them from running")
    assert not faults, faults


@pytest.mark.parametrize("text", ["# TODO later", "x = 1  # FIXME", "Lorem ipsum dolor"])
def test_the_search_for_unfinished_things_finds_them(text):
    assert UNFINISHED.search(text)
