"""Hold the words of the pages about interim confirmations; German, translated where they are shown."""

from collections.abc import Mapping

from servicedesk.cases.rules import N_
from servicedesk.interim.queries.register import Shown
from servicedesk.interim.rules.values import Doubt, Note
from servicedesk.notices.contexts import EndCause

STATES: Mapping[str, tuple[str, str]] = {
    "proposed": (N_("vorgeschlagen"), "info"),
    "released": (N_("freigegeben, noch nicht ausgestellt"), "warning"),
    "issued": (N_("gültig"), "success"),
    "superseded": (N_("durch eine neue ersetzt"), "plain"),
    "withdrawn": (N_("zurückgenommen"), "danger"),
    "ended": (N_("beendet"), "plain"),
    "declined": (N_("abgelehnt"), "warning"),
    "lapsed": (N_("nicht mehr nötig"), "plain"),
}
"""What a state is called, and its tone."""

GROUPS: Mapping[Shown, str] = {
    Shown.valid: N_("gültig"),
    Shown.on_its_way: N_("in Arbeit"),
    Shown.over: N_("nicht mehr gültig"),
    Shown.never: N_("nie ausgestellt"),
}

END_REASONS: Mapping[str, str] = {
    "granted": N_("Titel erteilt"),
    "refused": N_("Antrag abgelehnt"),
    "withdrawn": N_("Antrag zurückgenommen"),
    "decided": N_("über den Antrag entschieden"),
    "card_ordered": N_("Titel erteilt, Karte bestellt"),
    "renewed": N_("neuer Titel im Register"),
    "moved_away": N_("verzogen"),
    "case_closed": N_("Vorgang abgeschlossen"),
    "closed": N_("Vorgang abgeschlossen"),
    "end_corrected": N_("Ende des Titels berichtigt"),
    "facts_wrong": N_("Angaben stimmen nicht"),
    "not_entitled": N_("in diesem Fall nicht vorgesehen"),
    "superseded": N_("durch eine neue ersetzt"),
    "declined": N_("abgelehnt"),
}
"""Why a confirmation or a proposal ended; what is not named needs no words beside its state."""

WITHDRAWALS: Mapping[EndCause, str] = {
    EndCause.FACTS_WRONG: N_("Angaben auf der Zwischenbestätigung stimmen nicht"),
    EndCause.NOT_ENTITLED: N_("In diesem Fall ist keine Zwischenbestätigung vorgesehen"),
    EndCause.END_CORRECTED: N_("Das Ende des Titels wurde berichtigt"),
    EndCause.DECIDED: N_("Über den Antrag ist entschieden"),
    EndCause.RENEWED: N_("Die Person hat einen neuen Titel"),
    EndCause.MOVED_AWAY: N_("Die Person ist verzogen"),
}
"""Why a person takes one back: what the letter to its holder says."""

DOUBTS: Mapping[Doubt, str] = {
    Doubt.recorded_after_end: N_(
        "Der Antrag wurde erst nach dem Ende des Titels erfasst. Prüfen Sie den Beleg für den Eingang."
    ),
    Doubt.list_is_old: N_(
        "Die letzte Liste ist alt. Sehen Sie in der Fachanwendung nach, ob schon entschieden ist."
    ),
    Doubt.asylum_application: N_("Es ist ein Asylantrag vermerkt."),
    Doubt.special_title: N_("Bei diesem Titel gilt die Fortgeltung nur für bestimmte Anträge."),
}

REQUEST_ANSWERS: Mapping[str, tuple[str, str]] = {
    "": (N_("wartet auf Antwort"), "warning"),
    "issued": (N_("ausgestellt, jetzt drucken"), "success"),
    "printed": (N_("gedruckt"), "success"),
    "declined": (N_("nicht möglich"), "danger"),
    "other": (N_("beantwortet"), "info"),
}

NOTES: Mapping[Note, str] = {
    Note.identity_check: N_("Identität ist noch zu sichern (§ 81 Abs. 7 AufenthG)"),
    Note.continuation_order: N_("Fortgeltung ist angeordnet (§ 81 Abs. 4 Satz 3 AufenthG)"),
    Note.card_ordered: N_("Titel erteilt, Karte bestellt (§ 81 Abs. 5a AufenthG)"),
    Note.asylum_application: N_("Asylantrag gestellt"),
    Note.departure: N_("verzogen oder ausgereist"),
    Note.stay_without_title: N_("war ohne Titel rechtmäßig hier"),
    Note.applies_for_extension: N_("beantragt die Verlängerung"),
    Note.applies_for_other_title: N_("beantragt einen anderen Aufenthaltstitel"),
    Note.applies_under_25a_25b: N_("beantragt nach § 25a oder § 25b AufenthG"),
    Note.applies_not_under_25a_25b: N_("beantragt nicht nach § 25a oder § 25b AufenthG"),
}
"""What case workers may note, and no register says."""
