"""The operator's commands for jobs, worker and audit: answers, exit codes, refusals."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from servicedesk.cli import main
from servicedesk.cli.base import Context
from servicedesk.db.audit import AuditEvent, record, seal_audit
from servicedesk.kernel.permissions import SYSTEM
from servicedesk.notices.models import Outbox
from servicedesk.notices.queue import apply_queue_schema
from tests.conftest import NOW
from tests.support.outbox import letter, make_office, make_settings, queue

AT = ("--now", NOW.isoformat())


@pytest.fixture
def command(real_db, tmp_path):
    apply_queue_schema(real_db)
    return Operator(tmp_path, real_db.engine.url.render_as_string(hide_password=False))


class Operator:
    """Run commands as an operator would; every command opens and closes the database."""

    def __init__(self, tmp_path, url):
        self.settings = make_settings(tmp_path, database_url=url)

    def __call__(self, *arguments):
        context = Context(self.settings, self.settings.clock())
        try:
            return CliRunner().invoke(main, arguments, obj=context)
        finally:
            context.database.close()


def test_a_job_answers_with_one_document(command):
    result = command("jobs", "run", "sweep", "--json", *AT)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["reclaimed"] == answer["failed"] == 0


def test_inviting_answers_with_the_promised_keys(command):
    answer = json.loads(command("jobs", "run", "invite", "--json", *AT).stdout)
    assert {"due", "invited", "excluded", "failed"} <= set(answer)


def test_an_unknown_job_is_wrong_usage(command):
    result = command("jobs", "run", "nonsense")
    assert result.exit_code == 2
    assert "seal-audit" in result.output


def test_jobs_are_listed_with_their_last_run(command):
    command("jobs", "run", "retention", *AT)
    lines = {line["name"]: line for line in json.loads(command("jobs", "list", "--json", *AT).stdout)["jobs"]}
    assert lines["retention"]["state"] == "done"
    assert lines["retention"]["result"]["sessions"] == 0
    assert lines["invite"]["state"] == "never"
    assert "daily at 02:00" in command("jobs", "list", *AT).stdout


def test_what_waits_for_a_mail_server_is_said_on_the_other_channel(command, real_db, tmp_path):
    with real_db.unit_of_work() as session:
        office_id = make_office(session)
        queue(session, make_settings(tmp_path).vault, office_id, letter(office_id), NOW)
        session.execute(update(Outbox).values(channel="email"))
    result = command("jobs", "run", "deliver", "--json", *AT)
    assert json.loads(result.stdout)["pending_emails"] == 1
    assert "SERVICEDESK_SMTP_URL" in result.stderr


def test_a_worker_does_not_start_on_a_database_of_another_shape(command):
    result = command("worker", "--once", *AT)
    assert result.exit_code == 1
    assert "servicedesk db upgrade" in result.stderr


def test_a_worker_works_once_on_an_upgraded_database(tmp_path):
    command = Operator(tmp_path, f"sqlite:///{tmp_path}/site.db")
    assert command("db", "upgrade").exit_code == 0
    result = command("worker", "--once", "--json", *AT)
    assert result.exit_code == 0, result.output
    assert set(json.loads(result.stdout)["jobs"]) >= {"calendar", "invite", "retention", "sweep"}


def test_an_untouched_audit_trail_verifies_and_a_changed_one_does_not(command, real_db):
    with real_db.unit_of_work() as session:
        for number in range(3):
            record(session, now=NOW, actor=SYSTEM, action=f"act_{number}", subject=("test", None))
        seal_audit(session, now=NOW)
    result = command("audit", "verify", "--json", *AT)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["checked"] == 3
    with real_db.unit_of_work() as session:
        session.execute(update(AuditEvent).where(AuditEvent.action == "act_1").values(action="act_9"))
    result = command("audit", "verify", "--json", *AT)
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["faults"]) >= 1
    assert "was changed" in result.stderr


def test_a_row_that_waits_too_long_for_its_seal_is_an_alarm(command, real_db):
    with real_db.unit_of_work() as session:
        record(session, now=NOW, actor=SYSTEM, action="act", subject=("test", None))
    assert command("audit", "verify", "--now", "2026-11-23T08:00:30+00:00").exit_code == 0
    late = command("audit", "verify", "--now", "2026-11-23T08:05:00+00:00")
    assert late.exit_code == 1
    assert "is the worker running" in late.stderr
