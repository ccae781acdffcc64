"""Build the letters of a cohort: each text, each sender and each day once; nobody's own data is part of them."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from servicedesk.cases.frames import Addressee, LetterDesk, build_papers, phrase
from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.rules import (
    NOTHING_KNOWN,
    Concern,
    FactSheet,
    Requirement,
    gather_facts,
    list_requirements,
    read_register,
)
from servicedesk.notices.composing import take_apart
from servicedesk.notices.contexts import (
    ExpiredLetter,
    InvitationLetter,
    LetterContext,
    NewCodeLetter,
    Paper,
    Phrase,
    TitleForm,
)
from servicedesk.notices.sets import PartPress
from servicedesk.outreach.queries.terms import ConcernTerms, OfficeTerms
from servicedesk.outreach.queries.traits import AGE_UNKNOWN, register_facts
from servicedesk.outreach.rules import decide_apply_by
from servicedesk.outreach.service.staging import NOBODY

_ListKey = tuple[str, int | None, FactSheet]


_TextKey = tuple[str, str, str, int, bool, FactSheet]


class TextKind(NamedTuple):
    """Say what the text of a letter depends on; the order is that of the temporary table."""

    legal_basis: str
    is_unlimited: bool
    letter: str
    language: str
    age: int
    nationalities: str
    passport: int


@dataclass(slots=True)
class LetterWriter:
    """Write the letters of one run of one office; what many share is the same value."""

    catalogue: Catalogue
    desk: LetterDesk
    today: date
    _lists: dict[_ListKey, tuple[Requirement, ...]] = field(default_factory=dict)
    _papers: dict[tuple[str, tuple[Requirement, ...]], tuple[Paper, ...]] = field(default_factory=dict)
    _names: dict[tuple[str, str], Phrase] = field(default_factory=dict)

    def invitation(
        self,
        person: Addressee,
        handled: ConcernTerms,
        ends_on: date,
        *,
        register: FactSheet,
        has_effect: bool,
        owner_id: UUID | None = None,
    ) -> InvitationLetter:
        """Return the invitation to one person.

        `register` is what it knows beyond the age; `has_effect`: § 81 Abs. 4 Satz 1 AufenthG holds for the title.
        """
        frame = self.desk.frame(person, handled.team_id, owner_id, self.today)
        concern = handled.concern
        return InvitationLetter(
            frame=frame,
            concern=self._name(concern, frame.locale),
            title_form=TitleForm(concern.title_form.value),
            ends_on=ends_on,
            apply_by_on=decide_apply_by(ends_on, self.today),
            papers=self._papers_of(concern, frame.locale, person.age(self.today), register),
            has_continuation_effect=has_effect,
            is_online_booking=handled.is_direct,
        )

    def expired(self, person: Addressee, handled: ConcernTerms, ends_on: date) -> ExpiredLetter:
        """Return the letter to a person whose title had already ended."""
        frame = self.desk.frame(person, handled.team_id, None, self.today)
        return ExpiredLetter(
            frame=frame,
            concern=self._name(handled.concern, frame.locale),
            title_form=TitleForm(handled.concern.title_form.value),
            ended_on=ends_on,
        )

    def _name(self, concern: Concern, locale: str) -> Phrase:
        key = (concern.id, locale)
        if key not in self._names:
            self._names[key] = phrase(concern.name, locale)
        return self._names[key]

    def _papers_of(
        self, concern: Concern, locale: str, age: int | None, register: FactSheet
    ) -> tuple[Paper, ...]:
        key = (concern.id, age, register)
        if key not in self._lists:
            facts = gather_facts(concern, self.catalogue.facts, is_renewal=True, age=age, register=register)
            self._lists[key] = list_requirements(concern, facts)
        # Ages and nationalities make dozens of equal lists.
        shared = (locale, self._lists[key])
        if shared not in self._papers:
            self._papers[shared] = build_papers(shared[1], locale, self.catalogue.texts)
        return self._papers[shared]


@dataclass(slots=True)
class CohortParts:
    """Seal what the letters of one run share: each text, each sender and each set of days once."""

    terms: OfficeTerms
    writer: LetterWriter
    press: PartPress
    _texts: dict[_TextKey, str] = field(default_factory=dict)
    _registers: dict[tuple[str, int], FactSheet] = field(default_factory=dict)
    _days: dict[tuple[str, date], str] = field(default_factory=dict)
    _senders: list[tuple[UUID, UUID, str]] = field(default_factory=list)

    def text(self, kind: TextKind) -> tuple[str, str]:
        """Return the locale and the part's name of a text, for everybody whose letter says the same."""
        handled = self.terms.concern_of(kind.legal_basis, is_unlimited=kind.is_unlimited)
        locale = self.writer.desk.locale_for(kind.language or None)
        has_effect = self.terms.catalogue.has_continuation_effect(
            kind.legal_basis, is_unlimited=kind.is_unlimited
        )
        register = self._register(kind.nationalities, kind.passport)
        key = (kind.letter, handled.concern.id, locale, kind.age, has_effect, register)
        if key not in self._texts:
            person = self._anybody(kind.language, kind.age)
            context = self._letter(
                kind.letter, person, handled, self.writer.today, register=register, has_effect=has_effect
            )
            self._texts[key] = self.press.name_of(take_apart(context).text)
        return locale, self._texts[key]

    def _register(self, nationalities: str, passport: int) -> FactSheet:
        key = (nationalities, passport)
        if key not in self._registers:
            self._registers[key] = read_register(register_facts(nationalities, passport, self.writer.today))
        return self._registers[key]

    def days(self, letter: str, ends_on: date) -> str:
        """Return the name of the part with the days of a letter."""
        key = (letter, ends_on)
        if key not in self._days:
            context = self._letter(letter, self._anybody(), self._any_concern(), ends_on)
            self._days[key] = self.press.name_of(take_apart(context).days)
        return self._days[key]

    def senders(self) -> list[tuple[UUID, UUID, str]]:
        """Return everybody who may sign, with the part's name: team and owner, NOBODY where the team itself signs."""
        if not self._senders:
            teams = {handled.team_id for handled in self.terms.concerns.values()}
            self._senders.extend(
                (team_id, owner_id or NOBODY, self._sender(team_id, owner_id))
                for team_id in sorted(teams)
                for owner_id in {None, *self.terms.intervals.get(team_id, ((), ()))[1]}
            )
        return self._senders

    def _sender(self, team_id: UUID, owner_id: UUID | None) -> str:
        frame = self.writer.desk.frame(self._anybody(), team_id, owner_id, self.writer.today)
        return self.press.name_of(take_apart(NewCodeLetter(frame=frame)).sender)

    def _letter(
        self,
        letter: str,
        person: Addressee,
        handled: ConcernTerms,
        ends_on: date,
        *,
        register: FactSheet = NOTHING_KNOWN,
        has_effect: bool = False,
    ) -> LetterContext:
        if letter == ExpiredLetter.KIND:
            return self.writer.expired(person, handled, ends_on)
        return self.writer.invitation(person, handled, ends_on, register=register, has_effect=has_effect)

    def _any_concern(self) -> ConcernTerms:
        return next(iter(self.terms.concerns.values()))

    def _anybody(self, language: str = "", age: int = AGE_UNKNOWN) -> Addressee:
        """Return somebody of that language and age without name and address: as whom all these letters are alike."""
        born = (0, 0, 0) if age == AGE_UNKNOWN else (self.writer.today.year - age, 1, 1)
        return Addressee(NOBODY, "", "", "", born, "", "", "", "", language or None)
