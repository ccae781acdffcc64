"""Say in words what became of a file, and how its sender's name for it is kept."""

import unicodedata
from collections.abc import Mapping

from servicedesk.cases.rules import N_
from servicedesk.files.values import FileState, Reason
from servicedesk.offices.rules.details import UploadChoices

MOST_NAME = 120

REASON_SENTENCES: Mapping[Reason, str] = {
    Reason.not_scanned: N_("Wir prüfen die Datei noch auf Schadprogramme. Sie müssen nicht warten."),
    Reason.busy: N_("Wir öffnen die Datei, sobald wir Zeit haben. Sie müssen nicht warten."),
    Reason.empty: N_("Die Datei ist leer. Wählen Sie sie noch einmal aus, oder machen Sie ein neues Foto."),
    Reason.too_big: N_(
        "Die Datei ist zu groß. Erlaubt sind höchstens %(max_mb)s MB. Machen Sie ein kleineres Foto, oder teilen Sie die Datei auf."
    ),
    Reason.case_full: N_(
        "Alle Dateien zusammen sind zu groß. Erlaubt sind höchstens %(case_mb)s MB. Entfernen Sie Dateien, die Sie nicht brauchen, oder geben Sie die Unterlage auf Papier ab."
    ),
    Reason.wrong_type: N_(
        "Diese Art von Datei können wir nicht annehmen. Erlaubt sind PDF, JPEG, PNG und HEIC. Machen Sie ein Foto von der Unterlage, oder speichern Sie sie als PDF."
    ),
    Reason.infected: N_(
        "In der Datei ist ein Schadprogramm. Wir haben sie gelöscht. Machen Sie ein Foto von der Unterlage."
    ),
    Reason.two_kinds: N_(
        "In der Datei steckt noch eine andere Datei. Das nehmen wir nicht an, weil es gefährlich sein kann. Machen Sie ein Foto von der Unterlage."
    ),
    Reason.truncated: N_(
        "Von der Datei fehlt ein Teil. Vielleicht ist die Verbindung abgebrochen. Laden Sie sie noch einmal hoch."
    ),
    Reason.password: N_(
        "Die Datei ist mit einem Passwort geschützt. Speichern Sie sie ohne Passwort, oder machen Sie ein Foto von der Unterlage."
    ),
    Reason.dynamic_form: N_(
        "Dieses Formular lässt sich nur mit einem besonderen Programm öffnen. Drucken Sie es dort als PDF, und laden Sie dieses PDF hoch."
    ),
    Reason.too_many_pages: N_(
        "Die Datei hat zu viele Seiten. Erlaubt sind höchstens %(max_pages)s. Teilen Sie die Datei auf."
    ),
    Reason.too_many_pixels: N_(
        "Das Bild ist zu groß: Es hat zu viele Bildpunkte. Machen Sie ein Foto mit kleinerer Auflösung."
    ),
    Reason.too_slow: N_(
        "Das Öffnen der Datei dauert zu lange. Machen Sie ein Foto von der Unterlage, oder speichern Sie sie neu als PDF."
    ),
    Reason.too_complex: N_(
        "Die Datei braucht beim Öffnen zu viel Speicher. Machen Sie ein Foto von der Unterlage, oder speichern Sie sie neu als PDF."
    ),
    Reason.broken: N_(
        "Wir können die Datei nicht öffnen. Vielleicht ist sie beschädigt. Laden Sie sie noch einmal hoch, oder machen Sie ein Foto von der Unterlage."
    ),
    Reason.active_content: N_(
        "Die Datei wollte ein Programm starten. Wir haben nur Bilder der Seiten übernommen. Das genügt."
    ),
    Reason.other_kind: N_(
        "Der Name der Datei passt nicht zu ihrem Inhalt. Das macht nichts. Wir haben sie angenommen."
    ),
}
"""One sentence per cause: what happened, and what to do now (UX-14)."""

STATE_LABELS: Mapping[FileState, tuple[str, str]] = {
    FileState.waiting: (N_("wird geprüft"), "info"),
    FileState.readable: (N_("angekommen"), "success"),
    FileState.unreadable: (N_("nicht angenommen"), "danger"),
}
"""The word on a file's state, and its tone."""

UNNAMED = N_("Datei ohne Namen")


def tell_reason(code: str, choices: UploadChoices) -> tuple[str, dict[str, int]]:
    """Return the German sentence of a reason and the office's numbers that fill it; empty without a reason."""
    numbers = {
        "max_mb": choices.max_file_mb,
        "case_mb": choices.max_case_mb,
        "max_pages": choices.max_pages,
    }
    return REASON_SENTENCES.get(Reason(code), ""), numbers


def clean_name(name: str | None) -> str:
    """Return what a sender calls a file: without path, without marks that turn or hide text, not too long."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        one for one in unicodedata.normalize("NFC", last) if unicodedata.category(one)[0] != "C"
    ).strip()
    if len(kept) <= MOST_NAME:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 8:
        return kept[:MOST_NAME]
    return f"{stem[: MOST_NAME - len(ending) - 2]}….{ending}"[:MOST_NAME]
