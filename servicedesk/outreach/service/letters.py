"""Build the letters of a cohort; parts that many share are the same value, which is what makes packing fast."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from servicedesk.cases.frames import Addressee, LetterDesk, build_papers, phrase
from servicedesk.checklists.rules import Concern, Fact, PersonFacts, known_facts, list_requirements
from servicedesk.notices.contexts import ExpiredLetter, InvitationLetter, Paper, Phrase, TitleForm
from servicedesk.notices.service import NewNotice
from servicedesk.outreach.queries.candidates import Candidate
from servicedesk.outreach.queries.terms import ConcernTerms, OfficeTerms
from servicedesk.outreach.rules import decide_apply_by

_PaperKey = tuple[str, str, frozenset[Fact]]


@dataclass(slots=True)
class CohortWriter:
    """Write the letters of one run of one office."""

    terms: OfficeTerms
    desk: LetterDesk
    today: date
    _papers: dict[_PaperKey, tuple[Paper, ...]] = field(default_factory=dict)
    _facts: dict[int | None, frozenset[Fact]] = field(default_factory=dict)
    _names: dict[tuple[str, str], Phrase] = field(default_factory=dict)
    _effects: dict[tuple[str, bool], bool] = field(default_factory=dict)
    _asked: dict[date, date] = field(default_factory=dict)

    def invitation(
        self,
        candidate: Candidate,
        person: Addressee,
        handled: ConcernTerms,
        owner_id: UUID | None,
        case_id: UUID,
        outbox_id: UUID,
        *,
        is_again: bool = False,
    ) -> NewNotice:
        """Return the invitation of one person, about their case; `is_again` after an earlier one was taken back."""
        concern = handled.concern
        again = f":{outbox_id.hex}" if is_again else ""
        frame = self.desk.frame(person, handled.team_id, owner_id, self.today)
        age = person.age(self.today)
        context = InvitationLetter(
            frame=frame,
            concern=self._name(concern, frame.locale),
            title_form=TitleForm(concern.title_form.value),
            ends_on=candidate.ends_on,
            apply_by_on=self._apply_by(candidate.ends_on),
            papers=self._papers_of(concern, frame.locale, age),
            has_continuation_effect=self._has_effect(candidate),
            is_online_booking=handled.is_direct,
        )
        return NewNotice(
            kind=InvitationLetter.KIND,
            channel=InvitationLetter.MEDIUM.value,
            person_id=candidate.person_id,
            subject=("case", case_id),
            locale=frame.locale,
            context=context,
            dedupe_key=f"invite:{candidate.title_id.hex}:{candidate.ends_on}{again}",
            team_id=handled.team_id,
            scope_member_id=owner_id,
            id=outbox_id,
        )

    def expired(
        self, candidate: Candidate, person: Addressee, handled: ConcernTerms, owner_id: UUID | None
    ) -> NewNotice:
        """Return the letter to a person whose title had already ended."""
        frame = self.desk.frame(person, handled.team_id, owner_id, self.today)
        return NewNotice(
            kind=ExpiredLetter.KIND,
            channel=ExpiredLetter.MEDIUM.value,
            person_id=candidate.person_id,
            subject=("title", candidate.title_id),
            locale=frame.locale,
            context=ExpiredLetter(
                frame=frame,
                concern=self._name(handled.concern, frame.locale),
                title_form=TitleForm(handled.concern.title_form.value),
                ended_on=candidate.ends_on,
            ),
            dedupe_key=f"expired:{candidate.title_id.hex}:{candidate.ends_on}",
            team_id=handled.team_id,
            scope_member_id=owner_id,
        )

    def _name(self, concern: Concern, locale: str) -> Phrase:
        key = (concern.id, locale)
        if key not in self._names:
            self._names[key] = phrase(concern.name, locale)
        return self._names[key]

    def _papers_of(self, concern: Concern, locale: str, age: int | None) -> tuple[Paper, ...]:
        # A list per year of age would be dozens of equal ones: what a list depends on are a few facts.
        held = self._facts.get(age)
        if held is None:
            held = self._facts[age] = known_facts(PersonFacts(is_renewal=True, age=age))
        key = (concern.id, locale, held)
        if key not in self._papers:
            facts = PersonFacts(is_renewal=True, age=age)
            self._papers[key] = build_papers(list_requirements(concern, facts), locale)
        return self._papers[key]

    def _has_effect(self, candidate: Candidate) -> bool:
        key = (candidate.legal_basis, candidate.is_unlimited)
        if key not in self._effects:
            self._effects[key] = self.terms.catalogue.has_continuation_effect(key[0], is_unlimited=key[1])
        return self._effects[key]

    def _apply_by(self, ends_on: date) -> date:
        if ends_on not in self._asked:
            self._asked[ends_on] = decide_apply_by(ends_on, self.today)
        return self._asked[ends_on]
