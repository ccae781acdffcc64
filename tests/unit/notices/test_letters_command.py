import json
from datetime import date

import pytest
from click.testing import CliRunner

from servicedesk.cli import letters as command
from servicedesk.notices.letters import LettersUnavailable, render_letter
from servicedesk.notices.letters.renderer import _engine
from servicedesk.notices.letters.samples import SAMPLE_KINDS, SAMPLE_SECRETS, build_sample

_DAY = date(2026, 11, 23)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("SERVICEDESK_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    monkeypatch.setenv("SERVICEDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SERVICEDESK_SECRET_KEY", "a" * 64)
    return lambda *arguments: CliRunner().invoke(command.letters, list(arguments))


def test_a_preview_is_written_and_described(run, tmp_path):
    out = tmp_path / "letter.pdf"
    done = run(
        "preview",
        "invitation_letter",
        "--locale",
        "ar",
        "--out",
        str(out),
        "--json",
        "--now",
        "2026-11-23T08:00:00+01:00",
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["kind"], said["locale"], said["pages"]) == ("invitation_letter", "ar", 5)
    assert out.read_bytes().startswith(b"%PDF-1.7")
    assert out.stat().st_size == said["bytes"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "no_such_letter", "--locale", "de", "--out", "x.pdf"),
        ("preview", "invitation_letter", "--locale", "xx", "--out", "x.pdf"),
        ("preview", "invitation_letter", "--locale", "de"),
    ],
)
def test_wrong_usage_ends_with_2(run, arguments):
    assert run(*arguments).exit_code == 2


def test_a_file_that_cannot_be_written_ends_with_1(run, tmp_path):
    done = run("preview", "new_code_letter", "--locale", "de", "--out", str(tmp_path / "no" / "x.pdf"))
    assert done.exit_code == 1


def test_without_pango_the_command_says_what_to_install(run, tmp_path, monkeypatch):
    _break_weasyprint(monkeypatch)
    done = run("preview", "new_code_letter", "--locale", "de", "--out", str(tmp_path / "x.pdf"))
    assert done.exit_code == 1
    assert "libpango" in done.stderr
    _engine.cache_clear()


def test_without_pango_only_letters_fail_and_they_recover(monkeypatch):
    _break_weasyprint(monkeypatch)
    with pytest.raises(LettersUnavailable, match="apt-get install"):
        render_letter(build_sample(SAMPLE_KINDS[0], "de", _DAY), SAMPLE_SECRETS)
    monkeypatch.undo()
    assert render_letter(build_sample("new_code_letter", "de", _DAY), SAMPLE_SECRETS).page_count == 1


def _break_weasyprint(monkeypatch):
    """Make the import fail the way it does without Pango."""
    real = __import__

    def without_pango(name, *rest, **more):
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    _engine.cache_clear()
    monkeypatch.setattr("builtins.__import__", without_pango)
