"""Say in words what the catalogue's entries hold: facts as clauses, conditions as sentences, fields as labels."""

from collections.abc import Iterable

from servicedesk.checklists.rules import Fact, ValidityKind
from servicedesk.checklists.rules.conditions import Demand, Group, Value
from servicedesk.kernel.intervals import Lead
from servicedesk.web.locale import gettext, ngettext

N_ = str
"""Mark a German text for the catalogues of translations."""

CLAUSES: dict[Fact, tuple[str, str]] = {
    Fact.first_issue: (N_("es um die erste Erteilung geht"), N_("es nicht um die erste Erteilung geht")),
    Fact.renewal: (N_("es um eine Verlängerung geht"), N_("es nicht um eine Verlängerung geht")),
    Fact.minor: (N_("die Person unter 18 ist"), N_("die Person nicht unter 18 ist")),
    Fact.adult: (N_("die Person volljährig ist"), N_("die Person nicht volljährig ist")),
    Fact.school_age: (N_("die Person schulpflichtig ist"), N_("die Person nicht schulpflichtig ist")),
    Fact.from_16: (N_("die Person mindestens 16 ist"), N_("die Person unter 16 ist")),
    Fact.protection: (N_("die Person Schutz genießt"), N_("die Person keinen Schutz genießt")),
    Fact.german_national: (N_("die Person auch deutsch ist"), N_("die Person nicht deutsch ist")),
    Fact.turkish_national: (N_("die Person türkisch ist"), N_("die Person nicht türkisch ist")),
    Fact.swiss_national: (N_("die Person schweizerisch ist"), N_("die Person nicht schweizerisch ist")),
    Fact.has_passport: (N_("ein gültiger Pass da ist"), N_("kein gültiger Pass da ist")),
    Fact.passport_ends_before_title: (
        N_("der Pass vor dem Titel endet"),
        N_("der Pass nicht vor dem Titel endet"),
    ),
    Fact.has_travel_document: (N_("schon ein Reiseausweis da ist"), N_("noch kein Reiseausweis da ist")),
    Fact.has_family_here: (N_("die Familie hier lebt"), N_("die Familie nicht hier lebt")),
    Fact.married: (N_("die Person verheiratet ist"), N_("die Person nicht verheiratet ist")),
    Fact.joins_spouse: (
        N_("die Person als Ehegatte hier lebt"),
        N_("die Person nicht als Ehegatte hier lebt"),
    ),
    Fact.joins_child: (
        N_("die Person als Elternteil eines Kindes hier lebt"),
        N_("die Person nicht als Elternteil eines Kindes hier lebt"),
    ),
    Fact.one_parent_abroad: (N_("ein Elternteil im Ausland lebt"), N_("kein Elternteil im Ausland lebt")),
    Fact.sole_custody: (
        N_("ein Elternteil allein das Sorgerecht hat"),
        N_("kein Elternteil allein das Sorgerecht hat"),
    ),
    Fact.parents_unmarried: (
        N_("die Eltern nicht miteinander verheiratet sind"),
        N_("die Eltern miteinander verheiratet sind"),
    ),
    Fact.employed: (N_("die Person angestellt arbeitet"), N_("die Person nicht angestellt arbeitet")),
    Fact.self_employed: (N_("die Person selbständig arbeitet"), N_("die Person nicht selbständig arbeitet")),
    Fact.student: (N_("die Person studiert"), N_("die Person nicht studiert")),
    Fact.in_training: (
        N_("die Person eine Berufsausbildung macht"),
        N_("die Person keine Berufsausbildung macht"),
    ),
    Fact.retired: (N_("die Person eine Rente bekommt"), N_("die Person keine Rente bekommt")),
    Fact.benefits: (
        N_("die Person Sozialleistungen bezieht"),
        N_("die Person keine Sozialleistungen bezieht"),
    ),
    Fact.public_scholarship: (
        N_("die Person ein öffentliches Stipendium hat"),
        N_("die Person kein öffentliches Stipendium hat"),
    ),
    Fact.private_insurance: (
        N_("die Person privat versichert ist"),
        N_("die Person nicht privat versichert ist"),
    ),
    Fact.rents_home: (N_("die Person zur Miete wohnt"), N_("die Person nicht zur Miete wohnt")),
    Fact.owns_home: (N_("der Person die Wohnung gehört"), N_("der Person die Wohnung nicht gehört")),
    Fact.regulated_job: (N_("der Beruf eine Zulassung braucht"), N_("der Beruf keine Zulassung braucht")),
    Fact.job_needs_german: (N_("der Beruf Deutsch verlangt"), N_("der Beruf kein Deutsch verlangt")),
    Fact.obliged_to_integration_course: (
        N_("die Person zum Integrationskurs verpflichtet ist"),
        N_("die Person nicht zum Integrationskurs verpflichtet ist"),
    ),
    Fact.illness: (N_("Krankheit eine Rolle spielt"), N_("Krankheit keine Rolle spielt")),
    Fact.foreign_papers: (N_("Urkunden nicht auf Deutsch sind"), N_("alle Urkunden auf Deutsch sind")),
    Fact.collected_by_other: (
        N_("jemand anderes die Karte abholt"),
        N_("die Person die Karte selbst abholt"),
    ),
}
"""Each fact after “wenn”, where it holds and where it does not."""

VALUES = {
    Value.holds: N_("trifft zu"),
    Value.fails: N_("trifft nicht zu"),
    Value.lifts: N_("macht die Unterlage unnötig"),
}
FORMS = {
    "original": N_("im Original"),
    "copy": N_("als Kopie"),
    "copy_and_original": N_("im Original und als Kopie"),
    "digital": N_("digital, nicht auf Papier"),
}
STATES = {
    "draft": (N_("Entwurf"), "info"),
    "proposed": (N_("wartet auf Freigabe"), "warning"),
    "released": (N_("freigegeben"), "success"),
    "dropped": (N_("verworfen"), "plain"),
}
ACTS = {
    "start_catalogue": N_("begonnen"),
    "change_catalogue": N_("geändert"),
    "propose_catalogue": N_("vorgeschlagen"),
    "take_back_catalogue": N_("zurückgeholt"),
    "send_back_catalogue": N_("zurückgegeben"),
    "release_catalogue": N_("freigegeben"),
    "drop_catalogue": N_("verworfen"),
}
FIELDS = {
    "name": N_("Bezeichnung"),
    "name_en": N_("englische Bezeichnung"),
    "form": N_("Original oder Kopie"),
    "max_age": N_("wie alt sie sein darf"),
    "where": N_("woher man sie bekommt"),
    "why": N_("warum sie gebraucht wird"),
    "note": N_("Bemerkung"),
    "source_url": N_("Quelle"),
    "checked_on": N_("zuletzt geprüft"),
    "valid_from": N_("gilt ab"),
    "valid_until": N_("gilt bis"),
    "papers": N_("Unterlagen"),
    "include": N_("Unterlagen"),
    "fees": N_("Gebühren"),
    "validity": N_("Geltungsdauer"),
    "replaced_by": N_("was an die Stelle tritt"),
    "legal_basis": N_("Rechtsgrundlage"),
    "letters": N_("drei Buchstaben"),
    "presence": N_("ob jemand kommen muss"),
}
VALIDITY = {
    ValidityKind.fixed: N_("genau die Spanne"),
    ValidityKind.at_most: N_("höchstens die Spanne"),
    ValidityKind.at_least: N_("mindestens die Spanne"),
    ValidityKind.usual: N_("üblich ist die Spanne"),
    ValidityKind.with_purpose: N_("so lange wie der Zweck"),
    ValidityKind.until_decision: N_("bis zur Entscheidung"),
    ValidityKind.unlimited: N_("unbefristet"),
    ValidityKind.unchanged: N_("das Ende bleibt, wie es ist"),
    ValidityKind.by_law: N_("durch Verordnung"),
}
PRESENCE = {
    "person": N_("persönlich"),
    "short": N_("ein kurzer Besuch"),
    "written": N_("schriftlich"),
}


def read_aloud(demand: Demand) -> str:
    """Return who needs a paper, as a sentence."""
    if not any(group.conditions or group.sentence for group in demand.groups):
        return gettext("Alle brauchen sie.")
    said = [_group_text(group) for group in demand.groups]
    text = gettext("; oder ").join(said)
    return (
        gettext("Nötig für alle, %(when)s.", when=text)
        if _starts_open(demand)
        else gettext("Nötig, %(when)s.", when=text)
    )


def _starts_open(demand: Demand) -> bool:
    group = demand.groups[0]
    return not group.sentence and all(one.value is Value.lifts for one in group.conditions)


def _group_text(group: Group) -> str:
    needed = [
        _clause(one.fact, holds=one.value is Value.holds)
        for one in group.conditions
        if one.value is not Value.lifts
    ]
    lifted = [_clause(one.fact, holds=True) for one in group.conditions if one.value is Value.lifts]
    parts = []
    if needed:
        parts.append(gettext("wenn %(clauses)s", clauses=_joined(needed, gettext(" und "))))
    elif group.sentence:
        parts.append(gettext("wenn es zutrifft: „%(sentence)s“", sentence=group.sentence))
    if lifted:
        parts.append(gettext("außer wenn %(clauses)s", clauses=_joined(lifted, gettext(" oder "))))
    return ", ".join(parts) or gettext("in jedem Fall")


def _clause(fact: Fact, *, holds: bool) -> str:
    return gettext(CLAUSES[fact][0 if holds else 1])


def _joined(parts: Iterable[str], word: str) -> str:
    return word.join(parts)


def span_text(text: str) -> str:
    """Return an ISO span in words; what cannot be read as it stands, nothing as “unbegrenzt”."""
    if not text:
        return gettext("unbegrenzt")
    try:
        span = Lead.parse(text)
    except ValueError:
        return text
    if span.months and not span.days:
        return ngettext("%(num)s Monat", "%(num)s Monate", span.months)
    days = span.days + span.months * 30
    if days and days % 7 == 0:
        return ngettext("%(num)s Woche", "%(num)s Wochen", days // 7)
    return ngettext("%(num)s Tag", "%(num)s Tage", days)
