"""Decide in which state a matter is, what comes next, and whether somebody applied in time; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from servicedesk.cases.steps import FACT_LABELS, TIME_LABELS, CardState
from servicedesk.kernel.clock import day_end, local_day

N_ = str
"""Mark a German text for the catalogues of translations."""

CALL_WITHIN = timedelta(days=28)
"""So long before a title ends, somebody who has not applied is to be called."""


class Channel(StrEnum):
    """Name the way an application reached the office."""

    web = "web"
    slip = "slip"
    counter = "counter"
    post = "post"
    email = "email"
    contact = "contact"


CHANNEL_LABELS: Mapping[Channel, str] = {
    Channel.web: N_("im Internet"),
    Channel.slip: N_("mit dem Antwortbogen"),
    Channel.counter: N_("am Schalter"),
    Channel.post: N_("mit der Post"),
    Channel.email: N_("mit einer E-Mail"),
    Channel.contact: N_("über das Kontaktformular"),
}


class Origin(StrEnum):
    """Say why a case was opened."""

    due = "due"
    hand = "hand"
    contact = "contact"


class PaperState(StrEnum):
    """Say where one paper of a case stands."""

    missing = "missing"
    announced = "announced"
    received = "received"
    accepted = "accepted"
    rejected = "rejected"
    waived = "waived"
    stale = "stale"


PAPER_LABELS: Mapping[PaperState, str] = {
    PaperState.missing: N_("fehlt noch"),
    PaperState.announced: N_("liegt bereit, noch nicht abgegeben"),
    PaperState.received: N_("abgegeben, noch nicht geprüft"),
    PaperState.accepted: N_("in Ordnung"),
    PaperState.rejected: N_("so nicht verwendbar"),
    PaperState.waived: N_("nicht nötig"),
    PaperState.stale: N_("zu alt, bitte neu abgeben"),
}


class Decision(StrEnum):
    """Say how a case was decided."""

    granted = "granted"
    refused = "refused"
    withdrawn = "withdrawn"


class CloseReason(StrEnum):
    """Say why a case was closed."""

    decided = "decided"
    renewed = "renewed"
    moved_away = "moved_away"
    end_moved = "end_moved"
    opened_in_error = "opened_in_error"


CLOSE_LABELS: Mapping[CloseReason, str] = {
    CloseReason.decided: N_("entschieden"),
    CloseReason.renewed: N_("der Titel wurde schon verlängert"),
    CloseReason.moved_away: N_("verzogen"),
    CloseReason.end_moved: N_("das Enddatum wurde berichtigt"),
    CloseReason.opened_in_error: N_("irrtümlich eröffnet"),
}


class StateWord(StrEnum):
    """Say in one word where a matter stands; `STATE_LABELS` has the sentence for the screen."""

    not_due = "not_due"
    opened = "opened"
    invited = "invited"
    ended_without_application = "ended_without_application"
    applied = "applied"
    applied_late = "applied_late"
    papers_to_check = "papers_to_check"
    waiting = "waiting"
    ready = "ready"
    appointment = "appointment"
    granted = "granted"
    card_ordered = "card_ordered"
    card_ready = "card_ready"
    card_handed_over = "card_handed_over"
    refused = "refused"
    withdrawn = "withdrawn"
    closed = "closed"


STATE_LABELS: Mapping[StateWord, str] = {
    StateWord.not_due: N_("noch nicht fällig"),
    StateWord.opened: N_("Vorgang eröffnet"),
    StateWord.invited: N_("eingeladen, noch kein Antrag"),
    StateWord.ended_without_application: N_("abgelaufen, kein Antrag"),
    StateWord.applied: N_("Antrag liegt vor"),
    StateWord.applied_late: N_("Antrag nach dem Ende eingegangen"),
    StateWord.papers_to_check: N_("Unterlagen zu prüfen"),
    StateWord.waiting: N_("wartet auf eine andere Behörde"),
    StateWord.ready: N_("entscheidungsreif"),
    StateWord.appointment: N_("Termin vereinbart"),
    StateWord.granted: N_("erteilt"),
    StateWord.card_ordered: N_("erteilt, Karte bestellt"),
    StateWord.card_ready: N_("erteilt, Karte liegt bereit"),
    StateWord.card_handed_over: N_("erteilt, Karte ausgehändigt"),
    StateWord.refused: N_("abgelehnt"),
    StateWord.withdrawn: N_("zurückgenommen"),
    StateWord.closed: N_("abgeschlossen"),
}


class NextStep(StrEnum):
    """Say what comes next; `STEP_LABELS` has the words, `OUR_STEPS` those the office has to take."""

    wait_until_due = "wait_until_due"
    invite = "invite"
    wait_for_person = "wait_for_person"
    call = "call"
    decide_late = "decide_late"
    check_papers = "check_papers"
    wait_for_papers = "wait_for_papers"
    wait_for_authority = "wait_for_authority"
    ask_authority = "ask_authority"
    wait_for_card = "wait_for_card"
    wait_for_pick_up = "wait_for_pick_up"
    offer_appointment = "offer_appointment"
    keep_appointment = "keep_appointment"
    close = "close"
    none = "none"


STEP_LABELS: Mapping[NextStep, str] = {
    NextStep.wait_until_due: N_("wird rechtzeitig eingeladen"),
    NextStep.invite: N_("einladen"),
    NextStep.wait_for_person: N_("wartet auf die Person"),
    NextStep.call: N_("anrufen"),
    NextStep.decide_late: N_("über späten Antrag entscheiden"),
    NextStep.check_papers: N_("Unterlagen prüfen"),
    NextStep.wait_for_papers: N_("wartet auf Unterlagen"),
    NextStep.wait_for_authority: N_("wartet auf eine andere Behörde"),
    NextStep.ask_authority: N_("bei der anderen Behörde nachfragen"),
    NextStep.wait_for_card: N_("wartet auf die Karte"),
    NextStep.wait_for_pick_up: N_("Karte liegt zur Abholung bereit"),
    NextStep.offer_appointment: N_("Termin vereinbaren"),
    NextStep.keep_appointment: N_("Termin abwarten"),
    NextStep.close: N_("abschließen"),
    NextStep.none: N_("nichts zu tun"),
}

OUR_STEPS = frozenset(
    {
        NextStep.invite,
        NextStep.call,
        NextStep.decide_late,
        NextStep.check_papers,
        NextStep.ask_authority,
        NextStep.offer_appointment,
        NextStep.close,
    }
)


class Timeliness(StrEnum):
    """Say whether an application reached the office before the title had ended."""

    in_time = "in_time"
    late = "late"
    without_end = "without_end"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Gather the independent facts of one matter; a title without a case has `is_case` False.

    `applied_at` is the earliest receipt in force. `appointment_at` comes from the booking room, as a value.
    """

    is_case: bool
    ends_on: date | None
    due_on: date | None = None
    opened_at: datetime | None = None
    invited_at: datetime | None = None
    applied_at: datetime | None = None
    papers_to_check: int = 0
    papers_missing: int = 0
    ready_at: datetime | None = None
    appointment_at: datetime | None = None
    decision: Decision | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    closed_reason: CloseReason | None = None
    unready_at: datetime | None = None
    waiting_for: str | None = None
    follow_up_on: date | None = None
    card: CardState | None = None

    @property
    def has_doubtful_appointment(self) -> bool:
        """Tell whether an appointment lies ahead although the case is no longer ready."""
        return self.appointment_at is not None and self.unready_at is not None and self.ready_at is None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Hold one recorded application; `supersedes_id` names the entry it corrects."""

    id: UUID
    received_at: datetime
    supersedes_id: UUID | None


def decide_timeliness(received_at: datetime, ends_on: date | None, zone: ZoneInfo) -> Timeliness:
    """Say whether an application came by 24:00 of the last day (§ 81 Abs. 4 AufenthG, § 188 Abs. 1 BGB)."""
    if ends_on is None:
        return Timeliness.without_end
    return Timeliness.in_time if received_at <= day_end(ends_on, zone) else Timeliness.late


def list_in_force(receipts: Iterable[Receipt]) -> tuple[Receipt, ...]:
    """Return the applications no later entry corrects, earliest receipt first."""
    known = tuple(receipts)
    superseded = {receipt.supersedes_id for receipt in known}
    valid = (receipt for receipt in known if receipt.id not in superseded)
    return tuple(sorted(valid, key=lambda receipt: (receipt.received_at, receipt.id)))


def decide_state(facts: CaseFacts, now: datetime, zone: ZoneInfo) -> StateWord:
    """Return the one word for a matter; later facts outweigh earlier ones."""
    if facts.decision is not None:
        return StateWord(f"card_{facts.card.value}" if facts.card else facts.decision.value)
    if facts.closed_at is not None:
        return StateWord.closed
    if facts.appointment_at is not None and facts.appointment_at >= now:
        return StateWord.appointment
    if facts.ready_at is not None:
        return StateWord.ready
    if facts.papers_to_check and facts.applied_at is not None:
        return StateWord.papers_to_check
    if facts.waiting_for is not None:
        return StateWord.waiting
    if facts.applied_at is not None:
        late = decide_timeliness(facts.applied_at, facts.ends_on, zone) is Timeliness.late
        return StateWord.applied_late if late else StateWord.applied
    return _before_application(facts, local_day(now, zone))


def _before_application(facts: CaseFacts, today: date) -> StateWord:
    if facts.ends_on is not None and facts.ends_on < today:
        return StateWord.ended_without_application
    if not facts.is_case:
        return StateWord.not_due
    return StateWord.invited if facts.invited_at is not None else StateWord.opened


def decide_next_step(facts: CaseFacts, now: datetime, zone: ZoneInfo) -> NextStep:
    """Return what has to happen next, and by that on whom the matter waits."""
    state = decide_state(facts, now, zone)
    today = local_day(now, zone)
    if facts.closed_at is not None:
        return NextStep.none
    match state:
        case StateWord.granted | StateWord.refused | StateWord.withdrawn | StateWord.card_handed_over:
            return NextStep.close
        case StateWord.card_ordered:
            return NextStep.wait_for_card
        case StateWord.card_ready:
            return NextStep.wait_for_pick_up
        case StateWord.waiting:
            is_over = facts.follow_up_on is not None and facts.follow_up_on <= today
            return NextStep.ask_authority if is_over else NextStep.wait_for_authority
        case StateWord.appointment:
            return NextStep.keep_appointment
        case StateWord.ready:
            return NextStep.offer_appointment
        case StateWord.papers_to_check:
            return NextStep.check_papers
        case StateWord.applied:
            return NextStep.wait_for_papers if facts.papers_missing else NextStep.offer_appointment
        case StateWord.applied_late:
            return NextStep.decide_late
        case StateWord.ended_without_application:
            return NextStep.call
        case StateWord.not_due:
            is_due = facts.due_on is not None and facts.due_on <= today
            return NextStep.invite if is_due else NextStep.wait_until_due
        case _:
            is_near = facts.ends_on is not None and facts.ends_on - CALL_WITHIN <= today
            return NextStep.call if is_near else NextStep.wait_for_person


def decide_last_step(facts: CaseFacts) -> tuple[str, datetime] | None:
    """Return the latest thing that happened, as a German message id and its instant; of one instant the further step."""
    steps = (
        (N_("eröffnet"), facts.opened_at),
        (N_("eingeladen"), facts.invited_at),
        (N_("Antrag eingegangen"), facts.applied_at),
        (N_("entscheidungsreif"), facts.ready_at),
        (N_("entschieden"), facts.decided_at),
        (N_("abgeschlossen"), facts.closed_at),
    )
    happened = [(label, at) for label, at in steps if at is not None]
    # The first of equals would win, and a night opens and invites in the same instant.
    return max(reversed(happened), key=lambda step: step[1]) if happened else None


def days_left(ends_on: date | None, today: date) -> int | None:
    """Return the days from today to the last day; negative after it, None without an end."""
    return None if ends_on is None else (ends_on - today).days


ACTION_LABELS: Mapping[str, str] = {
    "open_case": N_("Vorgang eröffnet"),
    "invite": N_("Einladung in Auftrag gegeben"),
    "record_application": N_("Antrag erfasst"),
    "correct_application": N_("Eintrag zum Antrag berichtigt"),
    "change_paper": N_("Stand einer Unterlage geändert"),
    "answer_question": N_("Frage zur Liste beantwortet"),
    "submit_form": N_("Formular eingegangen"),
    "forget_answer": N_("Antwort zur Liste zurückgenommen"),
    "adopt_catalogue": N_("geänderte Liste übernommen"),
    **FACT_LABELS,
    **TIME_LABELS,
    "tell_rejections": N_("mitgeteilt, welche Unterlagen so nicht verwendbar sind"),
    "receive_file": N_("Datei eingegangen"),
    "reuse_file": N_("Datei auch für eine andere Unterlage verwendet"),
    "remove_file": N_("Datei entfernt"),
    "settle_file": N_("Datei geprüft"),
    "take_in_papers": N_("Unterlagen auf Papier angenommen"),
    "close_case": N_("Vorgang abgeschlossen"),
    "correct_case_end": N_("Enddatum nach dem Register berichtigt"),
    "reopen_case": N_("Vorgang wieder aufgenommen"),
    "reissue_code": N_("neuen Zugangscode ausgegeben"),
    "came_of_age": N_("volljährig geworden, neuer Zugangscode"),
    "change_owner": N_("Zuständigkeit geändert"),
    "check_identity": N_("Identität geprüft"),
    "match_contact": N_("Nachricht ohne Schreiben zugeordnet"),
    "book_appointment": N_("Termin gebucht"),
    "move_appointment": N_("Termin verschoben"),
    "cancel_appointment": N_("Termin abgesagt"),
    "pass_appointment": N_("Termin vorbei, kein Ergebnis erfasst"),
    "complete_task": N_("Aufgabe erledigt"),
    "claim_contact": N_("neue Kontaktdaten genannt"),
    "confirm_contact": N_("Kontaktdaten bestätigt"),
    "reject_contact": N_("Kontaktdaten nicht bestätigt"),
    "supersede_contact": N_("Register hat eine neue Anschrift, die bestätigte gilt nicht mehr"),
    "readdress_letters": N_("noch nicht versandte Schreiben gehen an die neue Anschrift"),
    "log_attempt": N_("versucht, die Person zu erreichen"),
    "cancel_notices": N_("noch nicht versandte Nachrichten zurückgenommen"),
    "propose_interim": N_("Zwischenbestätigung vorgeschlagen"),
    "hand_over_interim": N_("Zwischenbestätigung an Vertretung oder Team übergeben"),
    "agree_interim": N_("Zwischenbestätigung geprüft, eine zweite Person muss freigeben"),
    "release_interim": N_("Zwischenbestätigung freigegeben"),
    "issue_interim": N_("Zwischenbestätigung ausgestellt"),
    "print_interim": N_("Zwischenbestätigung am Schalter ausgehändigt"),
    "reprint_interim": N_("Zwischenbestätigung noch einmal gedruckt"),
    "supersede_interim": N_("Zwischenbestätigung durch eine neue ersetzt"),
    "end_interim": N_("Zwischenbestätigung beendet"),
    "withdraw_interim": N_("Zwischenbestätigung zurückgezogen"),
    "decline_interim": N_("Vorschlag für eine Zwischenbestätigung abgelehnt"),
    "lapse_interim": N_("Vorschlag für eine Zwischenbestätigung hinfällig"),
    "alarm_interim": N_("Zwischenbestätigung fehlt, Alarm"),
    "request_interim": N_("Servicestelle bittet um eine Zwischenbestätigung"),
    "answer_interim_request": N_("Servicestelle beantwortet"),
    "note_interim_fact": N_("Vermerk zur Fortgeltung"),
    "take_back_interim_fact": N_("Vermerk zur Fortgeltung zurückgenommen"),
}
"""What an audit action is called in the history of a case; unknown ones show their code."""

UNLISTED_ACTIONS = frozenset({"hold_slot", "expire_hold"})
"""Acts a history leaves out: a time that somebody looked at and did not take says nothing about the case."""
