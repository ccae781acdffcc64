"""Gather what the pages of a case show, and keep what its person has chosen but not confirmed yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from servicedesk.accounts import sessions
from servicedesk.booking.queries import (
    AppointmentView,
    ArrangementView,
    WishView,
    find_arrangement,
    get_bookings_of_case,
)
from servicedesk.booking.rules.access import Access, Pick, Why
from servicedesk.booking.rules.arrangements import Talk
from servicedesk.booking.rules.life import State
from servicedesk.cases.queries.resident import ResidentPaper, ResidentView, get_resident_view
from servicedesk.kernel.errors import NotAllowed
from servicedesk.portal.wording import meanwhile_of
from servicedesk.web.locale import use_texts
from servicedesk.web.runtime import Identity, actor, identity, now, office, runtime


class Step(StrEnum):
    """Name the one thing a person has to do now."""

    apply = "apply"
    choose_time = "choose_time"
    wait_for_office = "wait_for_office"
    gather_papers = "gather_papers"
    wait_for_check = "wait_for_check"
    answer_offer = "answer_offer"
    wait_for_answer = "wait_for_answer"
    come = "come"
    after_appointment = "after_appointment"
    none = "none"


@dataclass(frozen=True, slots=True)
class PaperLists:
    """Sort a person's papers: what everybody brings, of what one is enough, what only some need."""

    always: tuple[ResidentPaper, ...]
    groups: tuple[tuple[ResidentPaper, ...], ...]
    sometimes: tuple[ResidentPaper, ...]

    @classmethod
    def of(cls, papers: tuple[ResidentPaper, ...]) -> "PaperLists":
        """Return the lists, each in the catalogue's order."""
        groups: dict[str, list[ResidentPaper]] = {}
        for paper in papers:
            if paper.requirement.group:
                groups.setdefault(paper.requirement.group, []).append(paper)
        return cls(
            always=tuple(paper for paper in papers if paper.requirement.is_mandatory),
            groups=tuple(tuple(group) for group in groups.values()),
            sometimes=tuple(
                paper for paper in papers if paper.requirement.condition and not paper.requirement.group
            ),
        )

    def best_of(self, group: tuple[ResidentPaper, ...]) -> ResidentPaper:
        """Return the paper of a group that is furthest on its way."""
        order = [paper for paper in group if not paper.is_to_bring] or [
            paper for paper in group if not paper.is_waiting
        ]
        return (order or list(group))[0]


@dataclass(frozen=True, slots=True)
class CasePage:
    """Carry everything about a case that its pages show.

    `appointment` is the one that lies ahead or runs; `past` the last one whose time has gone by.
    """

    view: ResidentView
    appointment: AppointmentView | None
    past: AppointmentView | None
    cancelled: AppointmentView | None
    wish: WishView | None
    access: Access
    talk: ArrangementView | None
    minutes: int
    can_change: bool

    @property
    def is_bookable(self) -> bool:
        """Tell whether a time can be picked now."""
        return self.access.pick is not None

    @property
    def is_request(self) -> bool:
        """Tell whether picking a time asks the office for it."""
        return self.access.pick is Pick.ask

    @property
    def is_offered(self) -> bool:
        """Tell whether times of the office wait for an answer."""
        return self.talk is not None and self.talk.state is Talk.offered

    @property
    def is_asked(self) -> bool:
        """Tell whether a request waits for the office."""
        return self.talk is not None and self.talk.state is Talk.asked

    @property
    def is_gated(self) -> bool:
        """Tell whether the papers come before any time."""
        return self.access.why is Why.not_ready

    @property
    def lists(self) -> PaperLists:
        """Return the papers, sorted."""
        return PaperLists.of(self.view.papers)

    @property
    def catalogue_texts(self) -> tuple[str, ...]:
        """Return every text of the catalogue that the list shows, in German."""
        return tuple(
            text
            for paper in self.view.papers
            for text in (
                paper.requirement.document.name,
                paper.requirement.document.where,
                *paper.requirement.notes,
            )
        )

    @property
    def meanwhile(self) -> tuple[str, ...]:
        """Return what holds until the decision, as German sentences."""
        return meanwhile_of(self.view)

    @property
    def step(self) -> Step:
        """Return what comes first."""
        if self.view.is_closed or self.view.decision is not None:
            return Step.none
        if self.view.receipt is None:
            return Step.apply
        if self.is_offered:
            return Step.answer_offer
        if self.is_asked and self.appointment is None:
            return Step.wait_for_answer
        if self.appointment is not None:
            return Step.gather_papers if self.view.papers_waiting else Step.come
        if self.is_gated and self.wish is None:
            return Step.wait_for_check
        if self.wish is not None:
            return Step.wait_for_office
        if self.past is not None:
            return Step.after_appointment
        return Step.choose_time if self.is_bookable else Step.wait_for_office


@dataclass(frozen=True, slots=True)
class Choice:
    """Be a time somebody picked: `slot` is how a form carries it."""

    desk_id: UUID
    starts_local: datetime

    @property
    def slot(self) -> str:
        """Return the value of the button."""
        return f"{self.desk_id.hex}.{self.starts_local:%Y%m%dT%H%M}"

    @classmethod
    def read(cls, slot: str | None) -> "Choice | None":
        """Return the choice a form carries, None for anything else."""
        desk, _, starts = (slot or "")[:60].partition(".")
        if not (starts.isascii() and desk.isascii()):
            return None
        date, _, time = starts.partition("T")
        if not (len(date) == 8 and len(time) == 4 and date.isdecimal() and time.isdecimal()):
            return None
        try:
            return cls(UUID(desk), datetime.fromisoformat(starts))
        except ValueError:
            return None


def own_case() -> UUID:
    """Return the case of the code; the access rule has let nobody else in."""
    case_id = actor().case_id
    if case_id is None:
        raise NotAllowed
    return case_id


def load_page(session: Session) -> CasePage:
    """Return what the pages of the present person's case show."""
    bookings = get_bookings_of_case(session, own_case())
    booked, earlier, terms = bookings.booked, bookings.appointments, bookings.terms
    is_ahead = booked is not None and booked.ends_at > now()
    day = booked.starts_local.date() if booked is not None and is_ahead else None
    view = get_resident_view(session, actor(), office(), now=now(), appointment_on=day)
    if view.checklist is not None:
        use_texts(view.checklist.catalogue.texts)
    gone = {State.passed, State.kept, State.no_show, State.booked}
    return CasePage(
        view=view,
        appointment=booked if is_ahead else None,
        past=next((one for one in earlier if one.state in gone and one.ends_at <= now()), None),
        cancelled=earlier[0] if earlier and earlier[0].state == State.cancelled else None,
        wish=bookings.wish,
        access=terms.access(has_appointment=is_ahead),
        talk=find_arrangement(session, own_case()),
        minutes=terms.minutes,
        can_change=booked is not None and booked.can_change(now()),
    )


def read_answers(session: Session) -> dict[str, Any]:
    """Return what this browser had typed or picked when the request arrived."""
    signed_in = identity()
    return _load(session, signed_in) if signed_in is not None and signed_in.has_answers else {}


def keep_answers(session: Session, **changes: object) -> None:
    """Remember typed answers for as long as the session lives; None forgets one."""
    signed_in = identity()
    if signed_in is None:
        return
    if not signed_in.has_answers and all(value is None for value in changes.values()):
        return  # there was nothing to forget
    kept = {**_load(session, signed_in), **changes}
    sessions.save_data(
        session,
        signed_in.session_id,
        {name: value for name, value in kept.items() if value is not None},
        runtime().vault,
        now=now(),
    )


def _load(session: Session, signed_in: Identity) -> dict[str, Any]:
    return sessions.load_data(session, signed_in.session_id, runtime().vault)
