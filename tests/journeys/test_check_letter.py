"""The very letter that the job issued, printed and scanned, is read and compared by the page for everyone."""

from datetime import date

import pypdfium2
import pytest
from sqlalchemy import update

from servicedesk.cases.rules import Channel
from servicedesk.cases.service import STATEMENT, record_application
from servicedesk.interim.jobs import run_confirmations
from servicedesk.interim.keys import FOLDER, load_keyring, new_key
from servicedesk.interim.models import InterimConfirmation
from servicedesk.kernel.permissions import Actor, ActorKind
from servicedesk.notices.letters import render_letter
from servicedesk.notices.models import Outbox
from servicedesk.notices.service import open_context
from servicedesk.register.models import Title
from tests.conftest import NOW
from tests.journeys.test_check_confirmation import Office, choose, fact, open_page
from tests.support.live import CHROMIUM, chromium, running_site, watched_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
LONG = (
    "Beschäftigung nur als Ingenieurin für Wasserbau bei der Beispiel GmbH & Co. KG in Musterstadt erlaubt. "
)


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def _issue(site, vault, folder, condition):
    """Let the resident apply on the last but one day, run the job, and return the letter as it leaves."""
    new_key(folder, NOW)
    case_id = site.letter.case_id
    with site.database.unit_of_work() as session:
        session.execute(update(Title).values(employment_condition=condition))
        record_application(
            session,
            vault,
            case_id=case_id,
            channel=Channel.web,
            received_at=NOW,
            statement=STATEMENT,
            actor=Actor(kind=ActorKind.resident, office_id=site.letter.cast.office.id, case_id=case_id),
            now=NOW,
        )
    answer = run_confirmations(site.database, vault, now=NOW, open_keys=lambda now: load_keyring(folder, now))
    assert answer["issued"] == 1
    with site.database.reading() as session:
        row = session.query(InterimConfirmation).one()
        outbox = session.query(Outbox).filter_by(subject_id=row.id).one()
        letter = open_context(session, vault, outbox.id, outbox.context_sealed)
    return row, render_letter(letter)


def _scan(pdf, dots_per_inch):
    """Return the first page as an office scanner gives it: grey, JPEG."""
    return pypdfium2.PdfDocument(pdf)[0].render(scale=dots_per_inch / 72, grayscale=True).to_pil()


@pytest.mark.parametrize(
    ("language", "condition", "dots_per_inch"),
    [("de", "Erwerbstätigkeit erlaubt", 150), ("ar", "Erwerbstätigkeit erlaubt", 200), ("uk", LONG * 7, 200)],
)
def test_the_letter_is_genuine_and_says_what_the_page_shows(
    browser, tmp_path, vault, language, condition, dots_per_inch
):
    with running_site(tmp_path, vault, ends_on=date(2026, 11, 24), language=language) as site:
        row, letter = _issue(site, vault, tmp_path / FOLDER, condition.strip())
        office = Office(site.address, tmp_path / FOLDER, site.database, site.clock, row.status_code)
        with watched_page(browser, viewport={"width": 360, "height": 740}) as page:
            open_page(page, office)
            assert choose(page, _scan(letter.pdf, dots_per_inch)) == "genuine"
            assert fact(page, "name") == "Amina Çelik"
            assert fact(page, "title_ends_on") == "24.11.2026"
            assert fact(page, "employment_condition") == condition.strip()
            assert fact(page, "status_code") == f"{row.status_code[:5]}-{row.status_code[5:]}"
