"""The scripts that make a bare machine ready, on machines made of a few fake programs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "postgresql+psycopg://postgres@127.0.0.1:1/test"
ALWAYS = ("bash", "cat", "dirname", "env", "grep", "ls", "mktemp", "rm", "sed", "sort", "tail")
CHROMIUM = (
    "chromium-browser" if "\nID=ubuntu" in Path("/etc/os-release").read_text(encoding="utf-8") else "chromium"
)
APT = "apt-get update && apt-get install -y --no-install-recommends"


@pytest.fixture
def machine(tmp_path):
    """Make a machine: which programs it has, whether Pango loads, who is signed in."""

    def make(*programs, has_pango=True, is_root=False, has_apt=True):
        bin_directory = tmp_path / "bin"
        bin_directory.mkdir()

        def write(name, body):
            (bin_directory / name).write_text(f"#!{shutil.which('bash')}\n{body}\n", encoding="utf-8")
            (bin_directory / name).chmod(0o755)

        for name in ALWAYS:
            (bin_directory / name).symlink_to(shutil.which(name))
        for name in programs:
            write(name, "exit 0")
        write("id", f"echo {0 if is_root else 1000}")
        write("python3", f'case "$*" in *CDLL*) exit {0 if has_pango else 1} ;; esac')
        if has_apt:
            write("apt-get", f'echo "$*" >> {tmp_path}/apt')
        environment = {
            "PATH": str(bin_directory),
            "SERVICEDESK_TEST_POSTGRES": NOWHERE,
            "HOME": str(tmp_path),
        }

        def run(purpose):
            done = subprocess.run(
                [str(ROOT / "tools" / "install-system"), purpose],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            apt = tmp_path / "apt"
            return done.returncode, done.stdout + done.stderr, apt.read_text() if apt.exists() else ""

        return run

    return make


def test_nothing_is_said_or_done_when_nothing_is_missing(machine):
    run = machine("make", "uv", "chromium", "msgfmt", "openssl", "pdftotext", is_root=True)
    assert run("test") == (0, "", "")


def test_root_gets_exactly_what_is_missing(machine):
    code, _, apt = machine("make", "uv", "pdftotext", is_root=True)("test")
    assert code == 0
    assert apt.splitlines() == [
        "update -q",
        f"install -q -y --no-install-recommends {CHROMIUM} gettext openssl",
    ]


def test_tests_are_refused_with_the_command_to_run(machine):
    code, said, apt = machine("make", "uv", "pdftotext")("test")
    assert code == 1
    assert f"{APT} {CHROMIUM} gettext openssl\n" in said
    assert apt == ""


def test_without_pango_the_application_goes_on(machine):
    code, said, apt = machine("make", "uv", has_pango=False)("run")
    assert code == 0
    assert f"{APT} libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0\n" in said
    assert "letters (PDF) need Pango; everything else works" in said
    assert apt == ""


def test_other_systems_are_told_what_to_look_for(machine):
    code, said, _ = machine("make", "uv", has_pango=False, has_apt=False)("run")
    assert code == 0
    assert "libpangoft2-1.0-0" in said
    assert "apt-get" not in said


def test_a_wrong_word_explains_the_tool(machine):
    code, said, _ = machine("make", "uv")("everything")
    assert code == 2
    assert "tools/install-system run" in said


def _with_postgres(*command, url):
    return subprocess.run(
        [str(ROOT / "tools" / "with-postgres"), *command],
        env={**os.environ, "SERVICEDESK_TEST_POSTGRES": url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_throwaway_cluster_answers_and_leaves_nothing(tmp_path):
    script = tmp_path / "ask.py"
    script.write_text(
        "import os, sys, psycopg\n"
        "url = os.environ['SERVICEDESK_TEST_POSTGRES'].replace('+psycopg', '')\n"
        "with psycopg.connect(url) as c:\n"
        "    print(c.execute('show data_directory').fetchone()[0])\n"
        "sys.exit(7)\n",
        encoding="utf-8",
    )
    done = _with_postgres(sys.executable, str(script), url=NOWHERE)
    if _with_postgres("--can-start", url=NOWHERE).returncode:
        # A machine that uses a server elsewhere has no server programs: then the tool has to say so.
        assert done.returncode == 1
        assert "run tools/install-system test" in done.stderr
        return
    assert done.returncode == 7, done.stderr
    assert done.stdout.strip().endswith("/data")
    assert not Path(done.stdout.strip()).exists()


def test_a_server_that_answers_is_used_as_it_is():
    url = os.environ.get("SERVICEDESK_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
    done = _with_postgres("printenv", "SERVICEDESK_TEST_POSTGRES", url=url)
    assert done.stdout.strip() == url
