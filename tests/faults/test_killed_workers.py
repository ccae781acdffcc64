"""Workers killed at every point of a delivery lose nothing and double nothing, on both engines."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from servicedesk.accounts.models import AccessCode
from servicedesk.db.audit import AuditEvent
from servicedesk.db.jobs import JobRun
from servicedesk.kernel.crypto import sha256_hex
from servicedesk.notices.delivery import CRASH_POINTS
from servicedesk.notices.models import Letter, Outbox
from servicedesk.notices.queue import apply_queue_schema
from servicedesk.notices.rules import CLAIM_AGE_LIMIT
from tests.conftest import NOW
from tests.support.outbox import email, letter, make_claim, make_office, make_person, make_settings, queue
from tests.support.smtp import Postbox

LATER = NOW + CLAIM_AGE_LIMIT + timedelta(minutes=1)
LETTER_POINTS = [point for point in CRASH_POINTS if not point.startswith("email.")]
EMAIL_POINTS = [point for point in CRASH_POINTS if not point.startswith("letter.")]


class Site:
    """An office whose worker runs in processes of their own."""

    def __init__(self, database, tmp_path, forker):
        self.database, self.tmp_path, self.forker = database, tmp_path, forker
        apply_queue_schema(database)
        self.vault = make_settings(tmp_path).vault
        with database.unit_of_work() as session:
            self.office_id = make_office(session)

    def queue(self, notices):
        with self.database.unit_of_work() as session:
            return [queue(session, self.vault, self.office_id, notice, NOW) for notice in notices]

    def environment(self, now, **more):
        url = self.database.engine.url.render_as_string(hide_password=False)
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("SERVICEDESK_")}
        return inherited | {
            "SERVICEDESK_DATABASE_URL": url,
            "SERVICEDESK_DATA_DIR": str(self.tmp_path),
            "SERVICEDESK_CLOCK": now.isoformat(),
            **more,
        }

    def once(self, now=NOW, *, crash=None, seconds="0", **more):
        """Run a worker until nothing is due; return its exit status, its answer and what it logged."""
        out, err = self.tmp_path / "out", self.tmp_path / "err"
        environment = self.environment(now, **_told(crash, seconds), **more)
        self.forker.stdin.write(
            json.dumps({"environment": environment, "out": str(out), "err": str(err)}) + "\n"
        )
        self.forker.stdin.flush()
        status = int(self.forker.stdout.readline())
        return status, json.loads(out.read_text() or "{}"), err.read_text()

    def start(self, mode, seconds):
        """Start a worker that goes on until it is told to end."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.worker_process", mode],
            env=self.environment(NOW, **_told(None, seconds)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def all(self, model):
        with self.database.reading() as session:
            return session.scalars(select(model).order_by(model.id)).all()

    def states(self):
        with self.database.reading() as session:
            return Counter(session.scalars(select(Outbox.state)))

    def check_letters(self, outbox_ids):
        """One letter per row, one living code per case and a letter for every code, one audit row per letter."""
        letters, codes, rows = self.all(Letter), self.all(AccessCode), self.all(Outbox)
        assert {row.state for row in rows} == {"done"}
        assert sorted(kept.outbox_id for kept in letters) == sorted(outbox_ids)
        assert sorted(kept.code_id for kept in letters) == sorted(code.id for code in codes)
        living = Counter(code.subject_id for code in codes if code.revoked_at is None)
        assert living == {row.subject_id: 1 for row in rows}
        for kept in letters:
            assert (
                sha256_hex(self.vault.open(kept.pdf_sealed, "letter", kept.id, "pdf_sealed")) == kept.sha256
            )
        rendered = Counter(e.subject_id for e in self.all(AuditEvent) if e.action == "render_letter")
        assert rendered == dict.fromkeys(outbox_ids, 1)


def _told(crash, seconds):
    told = {"SERVICEDESK_CRASH_POINT": crash} if crash else {}
    return told | ({"TEST_LETTER_SECONDS": seconds} if seconds is not None else {})


@pytest.fixture(scope="module")
def forker():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.worker_process", "fork"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


@pytest.fixture
def site(real_db, tmp_path, forker):
    return Site(real_db, tmp_path, forker)


@pytest.mark.parametrize("point", LETTER_POINTS)
def test_a_worker_killed_mid_letter(site, point):
    outbox_ids = site.queue([letter(site.office_id) for _ in range(3)])
    status, _, err = site.once(crash=f"{point}:2")
    assert status == 137, err
    is_after = point == "letter.after_commit"
    assert site.states() == (
        {"done": 2, "pending": 1} if is_after else {"done": 1, "working": 1, "pending": 1}
    )
    assert len(site.all(Letter)) == len(site.all(AccessCode)) == (2 if is_after else 1)

    status, answer, err = site.once(LATER)
    assert status == 0, err
    assert answer["sweep"]["reclaimed"] == (0 if is_after else 1)
    site.check_letters(outbox_ids)
    actions = Counter(event.action for event in site.all(AuditEvent))
    assert actions == {"render_letter": 3} | ({} if is_after else {"reclaim_notice": 1})

    status, answer, err = site.once(LATER + timedelta(minutes=2))
    assert status == 0, err
    site.check_letters(outbox_ids)


def test_a_killed_run_is_seen(site):
    site.queue([letter(site.office_id)])
    assert site.once(crash="letter.after_render")[0] == 137
    open_runs = [run.name for run in site.all(JobRun) if run.finished_at is None]
    # On PostgreSQL the queue was at work, not a job of the timetable; there the claim of the row shows it.
    assert open_runs == ([] if site.database.is_postgresql else ["deliver"])
    assert site.states() == {"working": 1}


@pytest.mark.parametrize("point", EMAIL_POINTS)
def test_a_worker_killed_mid_email(site, point):
    with site.database.unit_of_work() as session:
        person_id = make_person(session, site.office_id)
        make_claim(session, site.vault, site.office_id, person_id, "samira@example.org")
    [outbox_id] = site.queue([email(person_id)])
    with Postbox() as postbox:
        mail = {"SERVICEDESK_SMTP_URL": postbox.url, "SERVICEDESK_MAIL_FROM": "amt@musterstadt.example"}
        status, _, err = site.once(crash=point, **mail)
        assert status == 137, err
        status, _, err = site.once(LATER, **mail)
        assert status == 0, err
        status, _, err = site.once(LATER + timedelta(hours=1), **mail)
        assert status == 0, err
    assert site.states() == {"done": 1}
    # Between the server's "250" and our commit nobody can know: the copy bears the same Message-ID.
    copies = 2 if point in {"email.after_send", "email.before_commit"} else 1
    assert [mail["Message-ID"] for mail in postbox.mails] == [
        f"<{outbox_id.hex}@musterstadt.example>"
    ] * copies
    assert Counter(e.action for e in site.all(AuditEvent))["send_email"] == 1


def test_a_real_letter_survives_a_killed_worker(site):
    outbox_ids = site.queue([letter(site.office_id)])
    assert site.once(crash="letter.after_render", seconds=None)[0] == 137
    status, _, err = site.once(LATER, seconds=None)
    assert status == 0, err
    site.check_letters(outbox_ids)
    [kept] = site.all(Letter)
    assert site.vault.open(kept.pdf_sealed, "letter", kept.id, "pdf_sealed").startswith(b"%PDF-")
    assert kept.pages >= 2


def test_a_worker_ends_cleanly_on_sigterm(site):
    outbox_ids = site.queue([letter(site.office_id)])
    process = site.start("forever", "0.2")
    _wait_for(lambda: site.states()["working"] or site.states()["done"], process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    site.check_letters(outbox_ids)
    assert [run.name for run in site.all(JobRun) if run.finished_at is None] == []


def test_three_workers_share_and_one_is_killed(site):
    if not site.database.is_postgresql:
        # One process writes on SQLite; here two workers at once must at least not double anything.
        _check_two_workers_on_one_file(site)
        return
    outbox_ids = site.queue([letter(site.office_id) for _ in range(60)])
    workers = [site.start("forever", "0.1") for _ in range(3)]
    _wait_for(lambda: site.states()["done"] >= 12, *workers)
    workers[0].kill()
    workers[0].communicate()
    _wait_for(lambda: site.states()["pending"] == 0 and site.states()["working"] <= 1, *workers[1:])
    for worker in workers[1:]:
        worker.send_signal(signal.SIGTERM)
    for worker in workers[1:]:
        _, err = worker.communicate(timeout=60)
        assert worker.returncode == 0, err
    runs = Counter(run.name for run in site.all(JobRun))
    assert runs["calendar"] == runs["retention"] == 1, "only one of them fired the timetable"
    with site.database.unit_of_work() as session:
        stuck = session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"))
        assert stuck <= 1, "the killed worker held one job, or stood between two"
        session.execute(
            text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'")
        )
    status, _, err = site.once(LATER)
    assert status == 0, err
    site.check_letters(outbox_ids)
    with site.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0, (
            "stalled jobs are given back"
        )


def _check_two_workers_on_one_file(site):
    outbox_ids = site.queue([letter(site.office_id) for _ in range(30)])
    workers = [site.start("once", "0.02") for _ in range(2)]
    for worker in workers:
        _, err = worker.communicate(timeout=120)
        assert worker.returncode == 0, err
    site.check_letters(outbox_ids)


def test_a_crash_point_is_refused_in_production(site):
    status, _, err = site.once(
        crash="letter.after_render",
        SERVICEDESK_ENVIRONMENT="production",
        SERVICEDESK_SECRET_KEY="s" * 40,
        SERVICEDESK_DATA_KEY="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        SERVICEDESK_PEPPER="p" * 40,
        SERVICEDESK_CLOCK="",
    )
    assert status == 1
    assert "SERVICEDESK_CRASH_POINT" in err


def _wait_for(condition, *processes, seconds=120):
    until = time.monotonic() + seconds
    while not condition():
        for process in processes:
            assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)
