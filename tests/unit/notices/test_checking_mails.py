"""E-mails around the checking of papers: the day in both languages, no word of what for."""

from datetime import UTC, date, datetime

import pytest

from servicedesk.notices.contexts import (
    CardReadyMail,
    ClarificationMail,
    MailFrame,
    PaperRejectedMail,
    PapersMissingMail,
)
from servicedesk.notices.letters.samples import build_sample_office
from servicedesk.notices.mails import build_content

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FRAME = MailFrame("en", build_sample_office(), "Adaeze Okonkwo-Beispiel")


def test_the_day_stands_in_both_languages():
    content = build_content(PapersMissingMail(FRAME, date(2026, 12, 21)), "a@example.org", NOW)
    assert content.subject == "We still need documents"
    assert "by Monday, 21 December 2026" in content.text
    assert "bis zum Montag, 21. Dezember 2026" in content.text
    assert "Montag, 21. Dezember 2026" in content.html


@pytest.mark.parametrize("kind", [PaperRejectedMail, ClarificationMail, CardReadyMail])
def test_a_mail_says_no_more_than_a_passer_by_may_read(kind):
    content = build_content(kind(FRAME), "a@example.org", NOW)
    for word in ("Karte", "Aufenthalt", "Pass", "card", "residence", "refus", "ablehn"):
        assert word not in content.subject + content.text, word
