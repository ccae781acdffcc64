"""Hold the words of staff pages for values of the rooms below; German, translated where they are shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel import Locale, UnknownLocaleError

from servicedesk.cases.choices import load_authorities
from servicedesk.cases.queries.values import HistoryLine
from servicedesk.cases.rules import (
    CHANNEL_LABELS,
    CLOSE_LABELS,
    PAPER_LABELS,
    Channel,
    CloseReason,
    Decision,
    NextStep,
    PaperState,
    StateWord,
    Timeliness,
)
from servicedesk.cases.steps import FACT_LABELS
from servicedesk.checklists.catalogue import load_catalogue
from servicedesk.kernel.locales import EASY_GERMAN
from servicedesk.outreach.queries.vanished import Asked
from servicedesk.outreach.rules import REACH_LABELS, ReachKind
from servicedesk.register.rules.contacts import ClaimKind
from servicedesk.web.formatting import short_date, wall_time
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import language


def _(message: str) -> str:
    """Mark a text for translation without translating it yet."""
    return message


DECISION_LABELS: Mapping[Decision, str] = {
    Decision.granted: _("erteilt"),
    Decision.refused: _("abgelehnt"),
    Decision.withdrawn: _("Antrag zurückgenommen"),
}

TIMELINESS_LABELS: Mapping[Timeliness, str] = {
    Timeliness.in_time: _("rechtzeitig"),
    Timeliness.late: _("nach dem Ende des Titels"),
    Timeliness.without_end: _("ohne Frist"),
}

NOTICE_LABELS: Mapping[str, str] = {
    "invitation_letter": _("Einladung"),
    "expired_letter": _("Schreiben zum abgelaufenen Titel"),
    "new_code_letter": _("Schreiben mit neuem Zugangscode"),
    "application_receipt": _("Bestätigung des Antrags"),
    "appointment_confirmation": _("Terminbestätigung"),
    "slot_news_letter": _("Schreiben zu einem Termin"),
    "slot_news_mail": _("Nachricht zu einem Termin"),
    "appointment_moved": _("Nachricht: Termin verschoben"),
    "appointment_cancelled": _("Nachricht: Termin abgesagt"),
    "contact_received": _("Bestätigung der Nachricht"),
    "confirm_email_address": _("Bestätigung der E-Mail-Adresse"),
    "channel_changed": _("Hinweis auf geänderte Kontaktdaten"),
    "contact_changed_letter": _("Hinweis auf geänderte Kontaktdaten"),
    "interim_confirmation": _("Zwischenbestätigung"),
    "interim_ended": _("Schreiben: Zwischenbestätigung gilt nicht mehr"),
    "papers_missing_letter": _("Schreiben: Unterlagen fehlen"),
    "paper_rejected_letter": _("Schreiben: Unterlagen nicht verwendbar"),
    "clarification_letter": _("Schreiben: Klärungstermin"),
    "card_ready_letter": _("Schreiben: Karte liegt bereit"),
    "papers_missing_mail": _("Nachricht: Unterlagen fehlen"),
    "paper_rejected_mail": _("Nachricht: Unterlagen nicht verwendbar"),
    "clarification_mail": _("Nachricht: Klärungstermin"),
    "card_ready_mail": _("Nachricht: Karte liegt bereit"),
    "interim_issued_mail": _("Nachricht: Schreiben ist unterwegs"),
    "interim_ended_mail": _("Nachricht: Bestätigung gilt nicht mehr"),
    "question_answered_mail": _("Nachricht: Frage beantwortet"),
    "question_answered_letter": _("Antwort auf eine Frage"),
}

NOTICE_STATES: Mapping[str, tuple[str, str]] = {
    "pending": (_("wird erstellt"), "info"),
    "working": (_("wird erstellt"), "info"),
    "done": (_("erledigt"), "success"),
    "failed": (_("nicht möglich, nachsehen"), "danger"),
    "cancelled": (_("zurückgenommen"), "plain"),
    "stale": (_("nicht mehr nötig"), "plain"),
}

PAPER_TONES: Mapping[PaperState, str] = {
    PaperState.missing: "plain",
    PaperState.announced: "info",
    PaperState.received: "info",
    PaperState.accepted: "success",
    PaperState.rejected: "danger",
    PaperState.waived: "plain",
    PaperState.stale: "warning",
}

STATE_TONES: Mapping[StateWord, str] = {
    StateWord.ended_without_application: "danger",
    StateWord.applied_late: "warning",
    StateWord.papers_to_check: "info",
    StateWord.ready: "success",
    StateWord.waiting: "info",
    StateWord.card_ordered: "success",
    StateWord.card_ready: "success",
    StateWord.card_handed_over: "success",
    StateWord.granted: "success",
    StateWord.refused: "danger",
}
"""States that are not named stand in plain words."""

ACTS: Mapping[NextStep, str] = {
    NextStep.invite: _("einladen"),
    NextStep.call: _("anrufen"),
    NextStep.decide_late: _("entscheiden"),
    NextStep.check_papers: _("prüfen"),
    NextStep.ask_authority: _("nachfragen"),
    NextStep.offer_appointment: _("Termin vereinbaren"),
    NextStep.close: _("abschließen"),
}
"""What the button of a row says, where the next step is ours."""

APPOINTMENT_STATES: Mapping[str, str] = {
    "booked": _("gebucht"),
    "moved": _("verschoben"),
    "cancelled": _("abgesagt"),
    "kept": _("wahrgenommen"),
    "no_show": _("nicht erschienen"),
    "passed": _("vorbei"),
}


CLAIM_LABELS: Mapping[ClaimKind, str] = {
    ClaimKind.ADDRESS: _("neue Anschrift"),
    ClaimKind.EMAIL: _("neue E-Mail-Adresse"),
    ClaimKind.PHONE: _("neue Telefonnummer"),
}

IMPORT_STATES: Mapping[str, tuple[str, str]] = {
    "running": (_("läuft"), "info"),
    "done": (_("fertig"), "success"),
    "failed": (_("abgebrochen"), "danger"),
}

DIFFERENCE_LABELS: Mapping[str, str] = {
    "new_people": _("neue Personen"),
    "new_titles": _("neue Titel"),
    "end_corrected": _("Enddatum berichtigt"),
    "renewed": _("verlängert"),
    "moved_away": _("verzogen"),
    "moved_back": _("zurückgezogen"),
    "name_changed": _("Name geändert"),
    "address_changed": _("Adresse geändert"),
    "birth_date_changed": _("Geburtsdatum geändert"),
    "vanished": _("fehlt in der Liste, behalten"),
    "reappeared": _("wieder in der Liste"),
}

GONE_LABELS: Mapping[Asked, tuple[str, str]] = {
    Asked.is_back: (_("steht wieder in der Liste"), "success"),
    Asked.waiting: (_("wird in der nächsten Nacht nachgesehen"), "info"),
    Asked.asked: (_("nachgefragt"), "warning"),
    Asked.answered: (_("beantwortet"), "success"),
    Asked.kept: (_("behalten, niemand wird eingeladen; kein Vorgang war offen"), "plain"),
}


ACTORS: Mapping[str, str] = {
    "system": _("das Programm"),
    "operator": _("der Betrieb"),
    "resident": _("die Person selbst"),
    "visitor": _("das Kontaktformular"),
    "staff": _("ein früheres Konto"),
}


def actor_name(ref: str) -> str:
    """Return who did something: a name, or the kind of actor in words."""
    kind = ref.partition(":")[0]
    return gettext(ACTORS[kind]) if kind in ACTORS else ref


def language_name(tag: str) -> str:
    """Return the name of a language in the reader's own."""
    if tag == EASY_GERMAN.tag:
        return EASY_GERMAN.endonym  # Babel knows no such language and would say German
    try:
        name = Locale.parse(tag.replace("-", "_")).get_display_name(language().locale)
    except (ValueError, UnknownLocaleError):
        return tag
    return name or tag


def days_text(days: int) -> str:
    """Return how many days are left, in words."""
    if days == 0:
        return gettext("heute")
    if days == 1:
        return gettext("morgen")
    if days < 0:
        return gettext("seit %(days)s Tagen", days=-days) if days < -1 else gettext("seit gestern")
    return gettext("%(days)s Tage", days=days)


def days_tone(days: int) -> str:
    """Return the tone of the days left: a fortnight is near, four weeks are not far."""
    if days < 14:
        return "danger"
    return "warning" if days <= 28 else "info" if days <= 60 else "success"


def describe_history(line: HistoryLine) -> str:
    """Return what a line of a history adds to its label, empty where nothing."""
    build = _DETAILS.get(line.action)
    return build(line.details) if build else ""


def _channel(details: Mapping[str, Any]) -> str:
    value = str(details.get("channel", ""))
    return gettext(CHANNEL_LABELS[Channel(value)]) if value in set(Channel) else ""


def _paper(details: Mapping[str, Any]) -> str:
    document = load_catalogue().documents.get(str(details.get("document", "")))
    value = str(details.get("state", ""))
    state = gettext(PAPER_LABELS[PaperState(value)]) if value in set(PaperState) else ""
    return f"{gettext(document.name)}: {state}" if document else state


def _decision(details: Mapping[str, Any]) -> str:
    value = str(details.get("decision", ""))
    return gettext(DECISION_LABELS[Decision(value)]) if value in set(Decision) else ""


def _closing(details: Mapping[str, Any]) -> str:
    value, note = str(details.get("reason", "")), str(details.get("note", ""))
    reason = gettext(CLOSE_LABELS[CloseReason(value)]) if value in set(CloseReason) else ""
    return f"{reason}: {note}" if note else reason


def _ready(details: Mapping[str, Any]) -> str:
    return "" if details.get("is_ready", True) else gettext("zurückgenommen")


def _paper_of(details: Mapping[str, Any]) -> str:
    document = load_catalogue().documents.get(str(details.get("document", "")))
    return gettext(document.name) if document else str(details.get("reason", ""))


def _waiting(details: Mapping[str, Any]) -> str:
    return gettext(load_authorities().get(str(details.get("value", "")), ""))


def _undone(details: Mapping[str, Any]) -> str:
    label = FACT_LABELS.get(str(details.get("value", "")), "")
    return gettext(label) if label else ""


def _attempt(details: Mapping[str, Any]) -> str:
    value = str(details.get("kind", ""))
    return gettext(REACH_LABELS[ReachKind(value)]) if value in set(ReachKind) else ""


def _time(details: Mapping[str, Any]) -> str:
    try:
        starts = datetime.fromisoformat(str(details.get("starts_local", "")))
    except ValueError:
        return ""
    return f"{short_date(starts.date(), language())}, {wall_time(starts, language())}"


_DETAILS: Mapping[str, Any] = {
    "record_application": _channel,
    "correct_application": _channel,
    "change_paper": _paper,
    "decide_case": _decision,
    "close_case": _closing,
    "mark_ready": _ready,
    "withdraw_ready": _paper_of,
    "await_authority": _waiting,
    "undo_fact": _undone,
    "doubt_case": lambda details: str(details.get("reason", "")),
    "reissue_code": lambda details: str(details.get("identity_check", "")),
    "book_appointment": _time,
    "move_appointment": _time,
    "log_attempt": _attempt,
    "check_identity": lambda details: str(details.get("identity_check", "")),
    "confirm_contact": lambda details: str(details.get("identity_check", "")),
    "reject_contact": lambda details: str(details.get("reason", "")),
}
