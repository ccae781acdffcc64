"""Let the demo's staff act on confirmations, so that every state and every list has something to show."""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from servicedesk.accounts.models import StaffAccount
from servicedesk.cases.models import Application, Case
from servicedesk.cases.rules import Decision
from servicedesk.cases.service import decide_case
from servicedesk.db.session import Database
from servicedesk.interim.keys import Keyring
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.rules.values import Note
from servicedesk.interim.service import (
    InterimDesk,
    decline,
    note_fact,
    open_desk,
    reissue,
    release,
    request_confirmation,
    settle_case,
    withdraw,
)
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM, Actor, ActorKind, Role
from servicedesk.notices.contexts import EndCause
from servicedesk.offices.queries import OfficeView
from servicedesk.register.models import Title

Act = Callable[[Session, InterimDesk, InterimConfirmation, Actor], None]

_OTHER_CONDITION = "Beschäftigung bis zu 140 Arbeitstage im Jahr erlaubt"


def handle_confirmations(
    database: Database,
    vault: Vault,
    keyring: Keyring,
    office: OfficeView,
    *,
    now: datetime,
    public_url: str | None,
) -> int:
    """Let case workers release, decline, decide and withdraw, and the front desk ask; once. Return how many acts.

    Call it after the job `confirmations`. Most proposals stay as they are: they are the work that staff find.
    """

    def desk(session: Session) -> InterimDesk:
        return open_desk(session, vault, keyring, office_id=office.id, now=now, public_url=public_url)

    with database.reading() as session:
        handled = InterimConfirmation.state.not_in(("proposed", "issued"))
        if session.scalar(select(InterimConfirmation.id).where(handled).limit(1)) is not None:
            return 0
        actors = _actors(session, office)
        proposed = iter(_list(session, office, "proposed"))
    done = 0
    for act in (_issue, _issue, _end, _withdraw, _replace, _decline, _lapse, _doubt):
        row = next(proposed, None)
        if row is None:
            break
        with database.unit_of_work() as session:
            found = session.get_one(InterimConfirmation, row)
            owner = session.get_one(Case, found.case_id).owner_id
            act(session, desk(session), found, actors.get(owner, SYSTEM))
        done += 1
    with database.unit_of_work() as session:
        done += _ask(session, desk(session), office, actors.get(None, SYSTEM))
    return done


def _issue(session: Session, desk: InterimDesk, row: InterimConfirmation, actor: Actor) -> None:
    release(session, desk, confirmation_id=row.id, actor=actor)


def _end(session: Session, desk: InterimDesk, row: InterimConfirmation, actor: Actor) -> None:
    _issue(session, desk, row, actor)
    _decide(session, desk, row, actor)


def _lapse(session: Session, desk: InterimDesk, row: InterimConfirmation, actor: Actor) -> None:
    _decide(session, desk, row, actor)


def _decide(session: Session, desk: InterimDesk, row: InterimConfirmation, actor: Actor) -> None:
    decide_case(session, case_id=row.case_id, decision=Decision.granted, actor=actor, now=desk.now)
    settle_case(session, desk, case_id=row.case_id, actor=actor)


def _withdraw(session: Session, desk: InterimDesk, row: InterimConfirmation, actor: Actor) -> None:
    _issue(session, desk, row, actor)
    withdraw(
        session,
        desk,
        confirmation_id=row.id,
        cause=EndCause.FACTS_WRONG,
        reason="Rechtsgrundlage im Register war falsch",
        actor=actor,
    )


def _replace(session: Session, desk: InterimDesk, row: InterimConfirmation, actor: Actor) -> None:
    _issue(session, desk, row, actor)
    session.execute(
        update(Title).where(Title.id == row.title_id).values(employment_condition=_OTHER_CONDITION)
    )
    reissue(session, desk, confirmation_id=row.id, actor=actor)


def _decline(session: Session, desk: InterimDesk, row: InterimConfirmation, actor: Actor) -> None:
    reason = "Entscheidung ist vorbereitet und geht diese Woche hinaus"
    decline(session, desk, confirmation_id=row.id, reason=reason, actor=actor)


def _doubt(session: Session, desk: InterimDesk, row: InterimConfirmation, actor: Actor) -> None:
    note_fact(
        session,
        case_id=row.case_id,
        kind=Note.asylum_application,
        actor=actor,
        now=desk.now,
        text="Mitteilung des Bundesamts",
    )
    settle_case(session, desk, case_id=row.case_id, actor=SYSTEM)


def _ask(session: Session, desk: InterimDesk, office: OfficeView, actor: Actor) -> int:
    """Let the front desk ask for two people who have applied and hold no confirmation yet."""
    held = select(InterimConfirmation.case_id).where(InterimConfirmation.state == "issued")
    query = (
        select(Case.id)
        .where(
            Case.office_id == office.id,
            Case.closed_at.is_(None),
            Case.decision.is_(None),
            Case.ends_on >= desk.today,
            Case.id.in_(select(Application.case_id)),
            Case.id.not_in(held),
        )
        .order_by(Case.ends_on, Case.ref)
        .limit(2)
    )
    notes = ("Arbeitgeber braucht den Nachweis heute", "Jobcenter hat einen Termin um 14 Uhr")
    cases = list(session.scalars(query))
    for case_id, note in zip(cases, notes, strict=False):
        request_confirmation(session, desk, case_id=case_id, note=note, actor=actor)
    return len(cases)


def _list(session: Session, office: OfficeView, state: str) -> list[UUID]:
    """Return proposals that the rules leave to nobody's judgement, the nearest end last: staff find those."""
    query = (
        select(InterimConfirmation.id)
        .where(
            InterimConfirmation.office_id == office.id,
            InterimConfirmation.state == state,
            InterimConfirmation.outcome_kind == "issue",
        )
        .order_by(InterimConfirmation.title_ends_on.desc(), InterimConfirmation.ref)
    )
    return list(session.scalars(query))


def _actors(session: Session, office: OfficeView) -> dict[UUID | None, Actor]:
    """Return the case workers by their place in the office; None leads to the front desk."""
    return dict(_each_actor(session, office))


def _each_actor(session: Session, office: OfficeView) -> Iterator[tuple[UUID | None, Actor]]:
    for account in session.scalars(select(StaffAccount).where(StaffAccount.office_id == office.id)):
        roles = frozenset(Role(role) for role in account.roles)
        is_worker = Role.case_worker in roles and account.member_id is not None
        if is_worker or Role.front_desk in roles:
            yield (
                account.member_id if is_worker else None,
                Actor(
                    kind=ActorKind.staff,
                    office_id=office.id,
                    account_id=account.id,
                    member_id=account.member_id,
                    roles=roles,
                    name=account.name,
                ),
            )
