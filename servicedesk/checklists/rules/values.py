"""Say what concerns, documents and their rules are: frozen values, as the data files describe them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from servicedesk.checklists.rules.facts import NOTHING_KNOWN, Fact, FactSheet
from servicedesk.kernel.intervals import Lead


class DocumentForm(StrEnum):
    """Say in which form a paper is wanted."""

    original = "original"
    copy = "copy"
    copy_and_original = "copy_and_original"
    digital = "digital"


class Presence(StrEnum):
    """Say whether the person has to come."""

    person = "person"
    short = "short"
    written = "written"


class TitleForm(StrEnum):
    """Say what ends; letters have legal sentences for each."""

    residence_title = "residence_title"
    unlimited_title_card = "unlimited_title_card"
    eu_residence_card = "eu_residence_card"
    tolerated_stay = "tolerated_stay"
    asylum_permission = "asylum_permission"


class ValidityKind(StrEnum):
    """Say what a span of validity means."""

    fixed = "fixed"
    at_most = "at_most"
    at_least = "at_least"
    usual = "usual"
    """The law gives a rule, or no length at all and offices do it so."""
    with_purpose = "with_purpose"
    """As long as the studies, the training, the contract or the sponsor's title; never longer than a given span."""
    until_decision = "until_decision"
    unlimited = "unlimited"
    by_law = "by_law"
    """Runs on by ordinance, without any application."""
    unchanged = "unchanged"
    """Nothing is granted anew; the end stays."""


@dataclass(frozen=True, slots=True)
class Source:
    """Say where a piece of data comes from and when somebody last looked; `valid_until` None: still in force."""

    valid_from: date
    url: str
    checked_on: date
    valid_until: date | None = None

    def is_in_force(self, day: date) -> bool:
        """Tell whether the piece counts on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Document:
    """Be one kind of paper.

    `name`, `where` (where to get it) and `why` (why it is needed) are German message ids. `max_age` is what this
    catalogue holds a paper to; `max_age_range` is what offices are known to ask. `instead_of` names the document
    that an office may replace by this one.
    """

    id: str
    name: str
    name_en: str
    form: DocumentForm
    max_age: Lead | None
    where: str
    source: Source
    why: str = ""
    max_age_range: tuple[Lead, Lead] | None = None
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class PaperRule:
    """Ask for one document, or one out of several, when all `when` facts hold and none of `denied` and `unless`.

    An unknown fact of `when` or `denied` makes the line conditional, one of `unless` gives it an exception. `phrases` and `exceptions` have the words for facts that are not known. `condition` and
    `exception` stand for several unknown ones together; a `condition` without any phrase is for the reader to judge.
    """

    documents: tuple[Document, ...]
    when: frozenset[Fact]
    condition: str
    unless: frozenset[Fact] = frozenset()
    exception: str = ""
    phrases: tuple[tuple[Fact, str], ...] = ()
    exceptions: tuple[tuple[Fact, str], ...] = ()
    denied: frozenset[Fact] = frozenset()

    @property
    def facts(self) -> frozenset[Fact]:
        """Return every fact the rule depends on."""
        return self.when | self.unless | self.denied


@dataclass(frozen=True, slots=True)
class Validity:
    """Say how long what is granted holds; `text` is a German message id, `span` and `kind` say the same to a rule."""

    kind: ValidityKind
    text: str
    span: Lead | None = None
    until: date | None = None
    when: frozenset[Fact] = frozenset()


@dataclass(frozen=True, slots=True)
class Biometrics:
    """Say what is taken from a person for a kind of document, and from which age on; None: not taken."""

    id: str
    name: str
    photo_from: int | None
    fingerprints_from: int | None
    signature_from: int | None
    legal_basis: str
    source: Source


@dataclass(frozen=True, slots=True)
class Concern:
    """Be one matter a person may have; `name` is a German message id.

    `lead`, `minutes` are defaults an office may change. `has_continuation_effect`: § 81 Abs. 4 Satz 1 AufenthG
    holds for an application in time. `known` is what everybody with this concern has in common. `fees` names a group
    of the fee book, `biometrics` an entry of the biometrics table. A withdrawn concern has `source.valid_until`, and
    `replaced_by` where another one stands in its place. `letters` are the three that the front desk types for it.
    """

    id: str
    name: str
    name_en: str
    legal_basis: str
    title_form: TitleForm
    lead: Lead
    minutes: int
    presence: Presence
    has_continuation_effect: bool
    is_at_contact_door: bool
    papers: tuple[PaperRule, ...]
    source: Source
    known: FactSheet = NOTHING_KNOWN
    validity: tuple[Validity, ...] = ()
    fees: str = ""
    biometrics: str = ""
    replaced_by: str = ""
    letters: str = ""

    @property
    def facts(self) -> frozenset[Fact]:
        """Return every fact that decides about a paper of this concern."""
        return frozenset(fact for rule in self.papers for fact in rule.facts)

    def is_offered(self, day: date) -> bool:
        """Tell whether people may still choose it on a day."""
        return self.source.is_in_force(day)


@dataclass(frozen=True, slots=True)
class BasisRule:
    """Lead titles whose legal basis begins with `prefix` to a concern.

    `reason` is the code of an exclusion where `is_invited` is false.
    """

    prefix: str
    concern_id: str
    is_invited: bool
    reason: str
    has_continuation_effect: bool | None
    source: Source


@dataclass(frozen=True, slots=True)
class Requirement:
    """Be one line of a person's list; texts are German message ids.

    `group` is the same for papers of which one is enough, empty for a paper that stands alone. `condition` says for
    whom the line is (“wenn Sie …”) as long as nobody knows whether it holds; `also` has more conditions, of which one
    is enough. `exception` says who need not bring it after all. `unknown` are the facts that would settle the line.
    """

    document: Document
    condition: str = ""
    group: str = ""
    also: tuple[str, ...] = ()
    exception: str = ""
    unknown: frozenset[Fact] = frozenset()

    @property
    def is_mandatory(self) -> bool:
        """Tell whether the paper is needed as far as is known: without a condition, and not one out of several."""
        return not self.condition and not self.group

    @property
    def conditions(self) -> tuple[str, ...]:
        """Return every condition of which one is enough."""
        return (self.condition, *self.also) if self.condition else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what is printed beside the name: the conditions, then the exception."""
        return (*self.conditions, self.exception) if self.exception else self.conditions


def find_basis(rules: Mapping[str, BasisRule], legal_basis: str) -> BasisRule | None:
    """Return the rule with the longest prefix of a legal basis; prefixes end at a point or a space."""
    text = legal_basis.strip()
    while text:
        if text in rules:
            return rules[text]
        cut = max(text.rfind("."), text.rfind(" "))
        text = text[:cut].rstrip(". ") if cut > 0 else ""
    return None
