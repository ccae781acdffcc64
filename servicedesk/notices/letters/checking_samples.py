"""Invented letters around the checking of papers, for the preview command and for tests."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from servicedesk.notices.contexts import (
    CardReadyLetter,
    ClarificationLetter,
    LetterContext,
    LetterFrame,
    PaperForm,
    PaperRejectedLetter,
    PapersMissingLetter,
    Phrase,
    WantedPaper,
)

Translate = Callable[[str], Phrase]
"""Return a text of the catalogue with its translation."""

_LAW = "§ 82 Abs. 1 AufenthG"
_LAW_TEXT = "Nach Ablauf der Frist geltend gemachte Umstände und beigebrachte Nachweise können unberücksichtigt bleiben."
_CONCERN = "Aufenthaltserlaubnis zum Studium"


def _rejected(say: Translate) -> tuple[WantedPaper, ...]:
    return (
        WantedPaper(
            say("Gültiger Pass"),
            PaperForm.COPY_AND_ORIGINAL,
            reason=say("Die Unterlage ist nicht gut zu lesen."),
            advice=say("Machen Sie ein neues Foto bei gutem Licht, oder geben Sie eine Kopie bei uns ab."),
        ),
        WantedPaper(
            say("Immatrikulationsbescheinigung"),
            PaperForm.COPY,
            reason=say("Die Unterlage ist zu alt."),
            advice=say("Lassen Sie sich eine neue ausstellen, und geben Sie diese ab."),
            note="Bitte für das Wintersemester 2026/27.",
        ),
    )


def build_checking_samples(
    frame: LetterFrame, say: Translate, issued_on: date
) -> Mapping[str, Callable[[], LetterContext]]:
    """Return what builds each of these letters, by kind."""
    photo = WantedPaper(say("Digitales biometrisches Lichtbild"), PaperForm.DIGITAL)
    return {
        PapersMissingLetter.KIND: lambda: PapersMissingLetter(
            frame,
            say(_CONCERN),
            (*_rejected(say), photo),
            bring_by_on=issued_on + timedelta(days=28),
            law=_LAW,
            law_text=_LAW_TEXT,
        ),
        PaperRejectedLetter.KIND: lambda: PaperRejectedLetter(frame, say(_CONCERN), _rejected(say)),
        ClarificationLetter.KIND: lambda: ClarificationLetter(frame, say(_CONCERN), minutes=30),
        CardReadyLetter.KIND: lambda: CardReadyLetter(frame, say(_CONCERN)),
    }


KINDS = (PapersMissingLetter.KIND, PaperRejectedLetter.KIND, ClarificationLetter.KIND, CardReadyLetter.KIND)
