"""Build what every letter shares (office, sender, recipient, language) from rows; made once per run or request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.cases.rules import N_
from servicedesk.checklists.rules import ADULT_AGE, Requirement, person_age
from servicedesk.kernel.locales import GERMAN, find_language, translations
from servicedesk.notices.composing import recipient_of
from servicedesk.notices.contexts import (
    AddressedAs,
    LetterFrame,
    OfficeBlock,
    Opening,
    Paper,
    PaperForm,
    Phrase,
    Recipient,
    Sender,
)
from servicedesk.offices.queries import (
    OfficeView,
    StaffView,
    TeamView,
    get_staff,
    get_team,
    list_public_hours,
    list_staff,
    list_teams,
)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Hold what a letter needs of a person, as the register has it."""

    person_id: UUID
    file_number: str
    family_name: str
    given_names: str
    birth: tuple[int, int, int]
    street: str
    house_number: str
    postcode: str
    town: str
    language: str | None

    @property
    def has_address(self) -> bool:
        """Tell whether the post can find the person: street, postcode and town."""
        return bool(self.street.strip() and self.postcode.strip() and self.town.strip())

    def age(self, today: date) -> int | None:
        """Return completed years, None without a birth year."""
        return person_age(*self.birth, today)


@dataclass(slots=True)
class LetterDesk:
    """Build frames for one office; remembers senders, so that a cohort shares their values."""

    office: OfficeView
    block: OfficeBlock
    teams: dict[UUID, TeamView]
    staff: dict[UUID, StaffView]
    _locales: dict[str | None, str] = field(default_factory=dict)
    _senders: dict[tuple[UUID, UUID | None], Sender] = field(default_factory=dict)

    def sender(self, team_id: UUID, owner_id: UUID | None) -> Sender:
        """Return who signs: the case worker, or the team where nobody owns the matter."""
        key = (team_id, owner_id)
        if key not in self._senders:
            self._senders[key] = build_sender(
                self.teams[team_id], self.staff.get(owner_id) if owner_id else None
            )
        return self._senders[key]

    def locale_for(self, language: str | None) -> str:
        """Return the person's language where the office offers it, else German."""
        if language not in self._locales:
            self._locales[language] = choose_locale(language, self.office.languages)
        return self._locales[language]

    def frame(self, person: Addressee, team_id: UUID, owner_id: UUID | None, today: date) -> LetterFrame:
        """Return the frame of a letter to `person`."""
        locale = self.locale_for(person.language)
        return LetterFrame(
            locale=locale,
            issued_on=today,
            office=self.block,
            sender=self.sender(team_id, owner_id),
            recipient=build_recipient(person, today),
            file_number=person.file_number,
            is_machine_translated=self.block.is_machine_translated(locale),
        )


def open_letter_desk(session: Session, office: OfficeView, public_url: str | None) -> LetterDesk:
    """Gather everything frames of one office need; `public_url` stands in for the office's host name."""
    block = OfficeBlock(
        name=office.name,
        street=office.street,
        postcode=office.postcode,
        town=office.town,
        base_url=(public_url or f"https://{office.host}").rstrip("/"),
        time_zone=office.time_zone,
        phone=office.details.phone,
        email=office.details.email,
        openings=tuple(
            Opening(tuple(day + 1 for day in hours.weekdays), hours.opens, hours.closes)
            for hours in list_public_hours(session, office)
        ),
        has_counselling_hint=office.details.has_counselling_hint,
        reviewed_languages=office.reviewed_languages,
    )
    return LetterDesk(
        office=office,
        block=block,
        teams={team.id: team for team in list_teams(session, office.id)},
        staff={member.id: member for member in list_staff(session, office.id)},
    )


def learn_sender(session: Session, desk: LetterDesk, team_id: UUID, owner_id: UUID | None) -> None:
    """Let the desk also know a team or case worker that is no longer active, for the letters of their cases."""
    if team_id not in desk.teams:
        desk.teams[team_id] = get_team(session, desk.office.id, team_id)
    if owner_id is not None and owner_id not in desk.staff:
        desk.staff[owner_id] = get_staff(session, desk.office.id, owner_id)


def build_sender(team: TeamView, member: StaffView | None) -> Sender:
    """Return the sender's block."""
    if member is None:
        return Sender(team=team.name, room=team.room, phone=team.phone, email=team.email)
    return Sender(team=team.name, name=member.name, room=member.room, phone=member.phone, email=member.email)


def build_recipient(person: Addressee, today: date) -> Recipient:
    """Return whom the letter is addressed to: under 18 the parents."""
    age = person.age(today)
    is_child = age is not None and age < ADULT_AGE
    return recipient_of(
        family_name=person.family_name,
        given_names=person.given_names,
        street=person.street,
        house_number=person.house_number,
        postcode=person.postcode,
        town=person.town,
        addressed_as=AddressedAs.PARENTS if is_child else AddressedAs.SELF,
    )


def choose_locale(language: str | None, offered: tuple[str, ...]) -> str:
    """Return the tag of the person's language where the office offers it, else German."""
    known = find_language(language)
    return known.tag if known is not None and known.tag in offered else GERMAN.tag


def phrase(text: str, locale: str) -> Phrase:
    """Return a German text of the catalogue with its translation, if there is one."""
    if not text or locale == GERMAN.tag:
        return Phrase(text)
    translated = str(translations(locale).gettext(text))
    return Phrase(text, "" if translated == text else translated)


def build_papers(
    requirements: tuple[Requirement, ...], locale: str, texts: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[Paper, ...]:
    """Return the papers of a letter; those of which one is enough say so.

    `texts` are the office's own translations of its catalogue.
    """
    one_of = N_("einer dieser Nachweise genügt")
    own = (texts or {}).get(locale, {})
    return tuple(
        Paper(
            name=_phrases((line.document.name,), locale, own),
            form=PaperForm(line.document.form.value),
            condition=_phrases(line.notes or ((one_of,) if line.group else ()), locale, own),
        )
        for line in requirements
    )


def _phrases(texts: tuple[str, ...], locale: str, own: Mapping[str, str]) -> Phrase:
    """Return several texts as one phrase; in the other language all of them or none, never half of it."""
    parts = [Phrase(text, own[text]) if text in own else phrase(text, locale) for text in texts]
    is_whole = all(part.translated for part in parts)
    return Phrase(
        "; ".join(part.de for part in parts),
        "; ".join(part.translated for part in parts) if is_whole else "",
    )
