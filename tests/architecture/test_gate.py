"""The gate itself: a partial run must not look green."""

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _load_tool():
    loader = importlib.machinery.SourceFileLoader("check_report", str(ROOT / "tools" / "check-report"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_report", loader))
    loader.exec_module(module)
    return module


list_faults = _load_tool().list_faults

UNIT = '<testcase classname="tests.unit.cases.test_rules" name="test_due"/>'
SQLITE = '<testcase classname="tests.integration.cases.test_service" name="test_close[sqlite]"/>'
POSTGRESQL = '<testcase classname="tests.integration.cases.test_service" name="test_close[postgresql]"/>'
SKIPPED = (
    '<testcase classname="tests.unit.x.test_y" name="test_z"><skipped message="no browser here"/></testcase>'
)
FAILED = (
    '<testcase classname="tests.unit.x.test_y" name="test_z"><failure message="assert 1 == 2"/></testcase>'
)


@pytest.fixture
def tree(tmp_path):
    for folder in ("unit/cases", "integration/cases"):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / "test_it.py").touch()
    return tmp_path / "tests"


def faults_of(tree, *cases):
    report = tree.parent / "report.xml"
    report.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", encoding="utf-8")
    return list_faults(report, tree)


def test_what_one_engine_cannot_be_asked_may_pass_on_the_other_alone(tree):
    skipped = SQLITE.replace("/>", '><skipped message="the pause is PostgreSQL\'s"/></testcase>')
    another = SQLITE.replace("test_close", "test_open")
    assert faults_of(tree, UNIT, skipped, POSTGRESQL, another) == []
    assert faults_of(tree, UNIT, skipped, POSTGRESQL.replace("test_close", "test_open"), another) == [
        "skipped: tests.integration.cases.test_service::test_close[sqlite]: the pause is PostgreSQL's"
    ]


def test_a_full_run_passes(tree, capsys):
    assert faults_of(tree, UNIT, SQLITE, POSTGRESQL) == []
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 0 failed"


@pytest.mark.parametrize(
    ("cases", "fault"),
    [
        ((), "no test ran"),
        ((UNIT, SQLITE), "no test ran on postgresql"),
        ((UNIT, POSTGRESQL), "no test ran on sqlite"),
        ((SQLITE, POSTGRESQL), "no test ran in tests/unit"),
        ((UNIT, SQLITE, POSTGRESQL, SKIPPED), "skipped: tests.unit.x.test_y::test_z: no browser here"),
        ((UNIT, SQLITE, POSTGRESQL, FAILED), "failure: tests.unit.x.test_y::test_z: assert 1 == 2"),
    ],
    ids=["nothing", "one-engine", "other-engine", "folder-left-out", "skipped", "failed"],
)
def test_a_partial_run_is_refused(tree, cases, fault):
    assert fault in faults_of(tree, *cases)
