"""Every command says what to do before the first upgrade, after a new version and without a database server."""

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from servicedesk.cli.main import main
from servicedesk.db.migrate import upgrade
from servicedesk.db.session import open_database
from tests.conftest import ENGINES, _drop_postgres, _new_postgres

NEEDS_TABLES = {
    "audit verify": (),
    "check-invariants": (),
    "catalogue export": ("COPY",),
    "catalogue import": ("FILE",),
    "checklists print": ("permit_study", "--locale", "de", "--out", "COPY"),
    "checklists rack": ("--out", "COPY"),
    "export changes": ("--since", "0", "--out", "COPY"),
    "forms print": ("title_application", "--locale", "de", "--out", "COPY"),
    "jobs list": (),
    "jobs run": ("sweep",),
    "office load": ("FILE",),
    "ranges check": (),
    "ranges resolve": ("Muster",),
    "register import": ("FILE",),
    "seal-keys new": (),
    "seal-keys reissue": (),
    "seal-keys retire": ("K1",),
    "seal-keys revoke": ("K1", "--yes"),
    "serve": (),
    "staff add": ("--login", "b", "--name", "B", "--role", "case_worker", "--password", "x" * 20),
    "staff disable": ("--login", "b"),
    "staff enable": ("--login", "b"),
    "worker": ("--once",),
    "backup": ("COPY",),
}
NEEDS_NONE = {
    "db upgrade",
    "demo",
    "i18n check",
    "catalogue check",
    "letters preview",
    "restore",
    "seal-keys list",
}
"""Those that make the tables, replace them, or read none."""
OFFICE = """
[office]
ref = "m"
host = "m.example"
name = "M"
street = "S 1"
postcode = "12345"
town = "M"
federal_state = "NW"
time_zone = "Europe/Berlin"
languages = ["de"]
umlauts = "din-5007-2"

[[case_worker]]
ref = "kw1"
name = "B."
team = "t"

[[letter_range]]
team = "t"
pieces = ["A - Z"]
owner = "kw1"
"""


def paths(group, before=()):
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from paths(command, (*before, name))
        else:
            yield " ".join((*before, name))


@pytest.fixture(params=ENGINES)
def url(request, tmp_path):
    made = f"sqlite:///{tmp_path}/empty.db" if request.param == "sqlite" else _new_postgres()
    yield made
    if request.param == "postgresql":
        _drop_postgres(made)


@pytest.fixture
def run(tmp_path):
    (tmp_path / "office.toml").write_text(OFFICE)

    def invoke(url, path, arguments):
        places = {"FILE": str(tmp_path / "office.toml"), "COPY": str(tmp_path / "copy.backup")}
        words = [*path.split(), *(places.get(one, one) for one in arguments)]
        environment = {"SERVICEDESK_DATABASE_URL": url, "SERVICEDESK_DATA_DIR": str(tmp_path / "data")}
        return CliRunner().invoke(main, words, env=environment)

    return invoke


def said(result):
    return " ".join(result.stderr.split())


def test_every_command_is_known_here():
    # A new command is entered above, so that it is tried without tables, too.
    assert set(paths(main)) == set(NEEDS_TABLES) | NEEDS_NONE


@pytest.mark.parametrize("path", sorted(NEEDS_TABLES))
def test_before_the_first_upgrade_a_command_says_what_to_run(run, url, path):
    result = run(url, path, NEEDS_TABLES[path])
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert "The database has no tables yet. Run: servicedesk db upgrade" in said(result)


@pytest.mark.parametrize("path", sorted(set(NEEDS_TABLES) - {"backup"}))
def test_a_database_of_another_version_asks_for_the_upgrade(run, tmp_path, path):
    url = f"sqlite:///{tmp_path}/old.db"
    database = open_database(url)
    upgrade(database.engine)
    with database.unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()
    result = run(url, path, NEEDS_TABLES[path])
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (1, "")
    assert "another shape than this program. Run: servicedesk db upgrade" in said(result)


def test_a_copy_is_made_of_a_database_of_another_version(run, tmp_path):
    url = f"sqlite:///{tmp_path}/old.db"
    database = open_database(url)
    upgrade(database.engine)
    with database.unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()
    assert run(url, "backup", ("COPY",)).exit_code == 0
    assert (tmp_path / "copy.backup").stat().st_size > 0


def test_without_a_server_the_reason_is_said_without_the_password(run):
    result = run("postgresql+psycopg://someone:very-secret@127.0.0.1:1/none", "jobs list", ())
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    assert "The database cannot be reached:" in said(result)
    assert "very-secret" not in result.output
