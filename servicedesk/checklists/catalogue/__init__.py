"""Know the concerns, their papers, fees and legal bases of one version, and refuse data that does not hold together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from servicedesk.checklists.catalogue.content import Content, digest_of, read_content, version_of
from servicedesk.checklists.catalogue.entries import (
    ConcernReader,
    collect,
    read_bases,
    read_biometrics,
    read_document,
    read_fact,
)
from servicedesk.checklists.catalogue.form_entries import read_forms
from servicedesk.checklists.catalogue.money import read_fee_book
from servicedesk.checklists.rules import (
    BasisRule,
    Biometrics,
    Concern,
    Document,
    Fact,
    FactModel,
    FeeBook,
    find_basis,
    settle,
)
from servicedesk.checklists.rules.forms import Form
from servicedesk.kernel.errors import ConfigurationError, Refusal

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Hold the whole catalogue of one version; read-only.

    `fallback_id` is the concern of unknown legal bases, `unlimited_id` that of titles without an end. `texts` are an
    office's own translations: language → German → text.
    """

    version: str
    concerns: Mapping[str, Concern]
    documents: Mapping[str, Document]
    bases: Mapping[str, BasisRule]
    fallback_id: str
    unlimited_id: str
    facts: FactModel
    fees: FeeBook
    biometrics: Mapping[str, Biometrics]
    digest: str = ""
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)

    def find_concern(self, concern_id: str) -> Concern | None:
        """Return a concern, or None."""
        return self.concerns.get(concern_id)

    def get_concern(self, concern_id: str) -> Concern:
        """Return a concern; raises KeyError."""
        return self.concerns[concern_id]

    def find_by_letters(self, letters: str) -> Concern | None:
        """Return the concern somebody names by its three letters, or None."""
        wanted = letters.strip().lower()
        return next((concern for concern in self.concerns.values() if concern.letters == wanted), None)

    def concern_of_title(self, legal_basis: str, *, is_unlimited: bool) -> Concern:
        """Return the concern a title leads to when it ends; an unknown basis leads to the general one."""
        if is_unlimited:
            return self.concerns[self.unlimited_id]
        rule = find_basis(self.bases, legal_basis)
        return self.concerns[rule.concern_id if rule else self.fallback_id]

    def basis_of(self, legal_basis: str) -> BasisRule | None:
        """Return the rule of a legal basis, None where it is unknown."""
        return find_basis(self.bases, legal_basis)

    def has_continuation_effect(self, legal_basis: str, *, is_unlimited: bool) -> bool:
        """Tell whether § 81 Abs. 4 Satz 1 AufenthG holds for a timely application of this title's holder."""
        rule = None if is_unlimited else find_basis(self.bases, legal_basis)
        if rule is not None and rule.has_continuation_effect is not None:
            return rule.has_continuation_effect
        return self.concern_of_title(legal_basis, is_unlimited=is_unlimited).has_continuation_effect

    def list_concerns(self) -> tuple[Concern, ...]:
        """Return every concern in the catalogue's order, withdrawn ones included."""
        return tuple(self.concerns.values())

    def list_contact_concerns(self, day: date | None = None) -> tuple[Concern, ...]:
        """Return what somebody without a letter may choose; on `day` without the withdrawn.

        In the catalogue's order, the general concern last: who is unsure is told to take that one.
        """
        offered = (
            concern
            for concern in self.concerns.values()
            if concern.is_at_contact_door and (day is None or concern.is_offered(day))
        )
        return tuple(sorted(offered, key=lambda concern: concern.id == self.fallback_id))

    def translate(self, german: str, tag: str) -> str | None:
        """Return an office's own translation of a text of the catalogue, None where it has none."""
        return self.texts.get(tag, {}).get(german)


@cache
def load_catalogue(folder: Path = DATA) -> Catalogue:
    """Read the data files; raises ConfigurationError naming every fault."""
    problems: list[str] = []
    content = read_content(folder, problems)
    if problems:
        raise ConfigurationError(problems)
    catalogue = build_catalogue(content, problems=problems)
    used = {
        document.id
        for concern in catalogue.concerns.values()
        for rule in concern.papers
        for document in rule.documents
    }
    problems.extend(
        f"documents.toml: {document.id} is asked for by no concern"
        for document in catalogue.documents.values()
        if document.id not in used and not document.instead_of
    )
    if problems:
        raise ConfigurationError(problems)
    return catalogue


@cache
def builtin_content() -> Content:
    """Return the content of the data files; do not change it."""
    problems: list[str] = []
    content = read_content(DATA, problems)
    if problems:
        raise ConfigurationError(problems)
    return content


def build_catalogue(
    content: Mapping[str, Any], *, version: str = "", problems: list[str] | None = None
) -> Catalogue:
    """Return the catalogue of a content; `version` is for one that is not the built-in.

    Faults go to `problems`; without that list they are raised as ConfigurationError.
    """
    faults: list[str] = [] if problems is None else problems
    facts = {info.fact: info for info in collect(content["fact"], read_fact, "fact", faults).values()}
    faults.extend(f"facts.toml: {fact.value} is missing" for fact in Fact if fact not in facts)
    documents = collect(content["document"], read_document, "document", faults)
    faults.extend(
        f"document {document.id}: no document {document.instead_of}"
        for document in documents.values()
        if document.instead_of and document.instead_of not in documents
    )
    sets = {str(entry.get("id")): entry.get("papers", []) for entry in content["set"]}
    concerns: dict[str, Concern] = {}
    if len(facts) == len(Fact):
        reader = ConcernReader(documents, sets, facts)
        concerns = collect(content["concern"], reader.read, "concern", faults)
    bases = read_bases(content["basis"], concerns, faults)
    fees = read_fee_book(content, faults)
    biometrics = collect(content["biometrics"], read_biometrics, "biometrics", faults)
    forms = read_forms(content, concerns, documents, facts, faults)
    fallback, unlimited = str(content["fallback"]), str(content["unlimited"])
    faults.extend(
        f"legal_bases.toml: no concern {name!r}" for name in (fallback, unlimited) if name not in concerns
    )
    letters = [concern.letters for concern in concerns.values()]
    faults.extend(
        f"concerns.toml: letters {one!r} stand twice"
        for one in sorted({x for x in letters if letters.count(x) > 1})
    )
    for concern in concerns.values():
        faults.extend(
            f"concern {concern.id}: {fault}" for fault in _loose_ends(concern, concerns, fees, biometrics)
        )
        if concern.id in {fallback, unlimited} and concern.source.valid_until is not None:
            faults.append(f"concern {concern.id}: is needed and cannot be withdrawn")
        try:
            settle(facts, concern.known)
        except Refusal:
            faults.append(f"concern {concern.id}: what it says of everybody contradicts itself")
    if problems is None and faults:
        raise ConfigurationError(faults)
    return Catalogue(
        version=version or version_of(content),
        concerns=concerns,
        documents=documents,
        bases=bases,
        fallback_id=fallback,
        unlimited_id=unlimited,
        facts=facts,
        fees=fees,
        biometrics=biometrics,
        digest=digest_of(content),
        texts=content.get("texts", {}),
        forms=forms,
    )


def _loose_ends(
    concern: Concern, concerns: Mapping[str, Concern], fees: FeeBook, biometrics: Mapping[str, Biometrics]
) -> list[str]:
    faults = []
    if concern.fees and concern.fees not in fees.groups:
        faults.append(f"no fee group {concern.fees!r}")
    if concern.biometrics and concern.biometrics not in biometrics:
        faults.append(f"no biometrics {concern.biometrics!r}")
    if concern.replaced_by and concern.replaced_by not in concerns:
        faults.append(f"no concern {concern.replaced_by!r}")
    return faults
