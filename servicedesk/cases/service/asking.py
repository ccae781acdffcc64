"""Ask for papers with a day and the consequence, tell which cannot be used, offer a conversation, tell of a card."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from servicedesk.cases.choices import CheckingTimes, cooperation
from servicedesk.cases.errors import DayTooNear, NothingWanted
from servicedesk.cases.models import Case
from servicedesk.cases.queries.case_facts import OpenPapers, read_open_papers, read_standing, times_for
from servicedesk.cases.queries.papers import list_paper_rows
from servicedesk.cases.rules import PaperState
from servicedesk.cases.service.fact_trail import lock_case, take_case, write_fact
from servicedesk.cases.service.steps import enter_card
from servicedesk.cases.service.tasks import settle_tasks
from servicedesk.cases.service.writing import CaseMail, build_wanted, prepare_mail, send_both
from servicedesk.cases.steps import FactKind, check_step
from servicedesk.checklists.rules import Requirement
from servicedesk.db import audit
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.permissions import SYSTEM, Actor
from servicedesk.notices.contexts import (
    CardReadyLetter,
    CardReadyMail,
    ClarificationLetter,
    ClarificationMail,
    PaperRejectedLetter,
    PaperRejectedMail,
    PapersMissingLetter,
    PapersMissingMail,
    Phrase,
)
from servicedesk.notices.service import cancel_pending


def choose_day(times: CheckingTimes, today: date, ends_on: date | None) -> date:
    """Return the day to bring papers by: the office's span, sooner where the title ends before, never too soon."""
    day = today + timedelta(days=times.bring_days)
    if ends_on is not None and today < ends_on < day:
        day = ends_on
    return max(day, today + timedelta(days=times.shortest_bring_days))


def ask_papers(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    document_ids: Collection[str],
    bring_by_on: date,
    actor: Actor,
    now: datetime,
    public_url: str | None,
    note: str = "",
) -> None:
    """Ask for papers by a day; the letter names each, why one turned down will not do, and the consequence.

    Raises CaseNotFound, NotAllowed, CaseClosed, StepNotPossible, NothingWanted, DayTooNear, Unreachable.
    """
    case = take_case(session, actor, case_id)
    check_step(FactKind.ask_papers, read_standing(session, case, now=now))
    found = read_open_papers(session, case, now=now)
    wanted = [
        line
        for line in found.lines
        if line.document.id in document_ids and found.states.get(line.document.id) is not PaperState.received
    ]
    if not wanted:
        raise NothingWanted
    prepared = _prepare(session, case, found, now=now, public_url=public_url)
    earliest = prepared.today + timedelta(days=times_for(session, case.office_id).shortest_bring_days)
    if bring_by_on < earliest:
        raise DayTooNear(day=f"{earliest:%d.%m.%Y}")
    letter = _missing_letter(session, prepared, found, wanted, bring_by_on, note)
    # It names what was turned down, too: a letter about that alone need not follow.
    cancel_pending(
        session,
        now=now,
        subject_id=case.id,
        kinds=(PaperRejectedLetter.KIND, PaperRejectedMail.KIND),
        reason="asked for papers",
        actor=actor,
    )
    fact_id = write_fact(
        session,
        case,
        FactKind.ask_papers,
        actor=actor,
        now=now,
        reason=note,
        on_day=bring_by_on,
        details={"documents": [line.document.id for line in wanted]},
        bring_by_on=bring_by_on,
        told_at=now,
    )
    settle_tasks(session, [case.id], ["papers_overdue", "case_stuck"], actor=actor, now=now)
    mail = PapersMissingMail(prepared.mail, bring_by_on)
    send_both(session, vault, prepared, letter, mail, now=now, key=fact_id.hex)


def _prepare(
    session: Session, case: Case, found: OpenPapers, *, now: datetime, public_url: str | None
) -> CaseMail:
    texts = {tag: dict(own) for tag, own in found.checklist.catalogue.texts.items()}
    return prepare_mail(session, case, now=now, public_url=public_url, texts=texts)


def _concern_of(prepared: CaseMail, found: OpenPapers) -> Phrase:
    concern = found.checklist.concern
    return prepared.say(concern.name if concern else prepared.case.concern_id)


def _missing_letter(
    session: Session,
    prepared: CaseMail,
    found: OpenPapers,
    wanted: Sequence[Requirement],
    bring_by_on: date,
    note: str,
) -> PapersMissingLetter:
    law, case_id = cooperation(prepared.today), prepared.case.id
    rows = list_paper_rows(session, [case_id]).get(case_id, {})
    return PapersMissingLetter(
        frame=prepared.frame,
        concern=_concern_of(prepared, found),
        papers=tuple(
            build_wanted(
                prepared,
                line,
                rows.get(line.document.id),
                found.states.get(line.document.id, PaperState.missing),
            )
            for line in wanted
        ),
        bring_by_on=bring_by_on,
        law=law.norm,
        law_text=law.text,
        note=note.strip()[:500],
    )


def tell_rejections(
    session: Session, vault: Vault, *, case_id: UUID, now: datetime, public_url: str | None
) -> int:
    """Tell in one letter of every paper turned down since the last one; returns how many, 0 where nothing was.

    Raises Unreachable.
    """
    case = lock_case(session, case_id)
    if case.closed_at is not None or case.decision is not None:
        return 0
    found = read_open_papers(session, case, now=now)
    rows = list_paper_rows(session, [case.id]).get(case.id, {})

    def is_news(line: Requirement) -> bool:
        row = rows.get(line.document.id)
        return (
            row is not None
            and row.state is PaperState.rejected
            and (case.told_at is None or row.changed_at > case.told_at)
        )

    news = [line for line in found.lines if is_news(line)]
    session.execute(update(Case).where(Case.id == case.id).values(told_at=now))
    if not news:
        return 0
    prepared = _prepare(session, case, found, now=now, public_url=public_url)
    letter = PaperRejectedLetter(
        frame=prepared.frame,
        concern=_concern_of(prepared, found),
        papers=tuple(
            build_wanted(prepared, line, rows[line.document.id], PaperState.rejected) for line in news
        ),
    )
    send_both(
        session,
        vault,
        prepared,
        letter,
        PaperRejectedMail(prepared.mail),
        now=now,
        key=f"{now:%Y%m%d%H%M%S}",
    )
    audit.record(
        session,
        now=now,
        actor=SYSTEM,
        action="tell_rejections",
        subject=("case", case.id),
        office_id=case.office_id,
        details={"documents": [line.document.id for line in news]},
    )
    return len(news)


def open_clarification(
    session: Session,
    vault: Vault,
    *,
    case_id: UUID,
    actor: Actor,
    now: datetime,
    public_url: str | None,
    reason: str = "",
) -> None:
    """Offer an appointment to clear up what keeps a case from being decided, although it is not ready.

    Raises CaseNotFound, NotAllowed, CaseClosed, StepNotPossible, Unreachable.
    """
    case = take_case(session, actor, case_id)
    check_step(FactKind.open_clarification, read_standing(session, case, now=now))
    found = read_open_papers(session, case, now=now)
    prepared = _prepare(session, case, found, now=now, public_url=public_url)
    fact_id = write_fact(
        session, case, FactKind.open_clarification, actor=actor, now=now, reason=reason, clarify_at=now
    )
    settle_tasks(session, [case.id], ["case_stuck"], actor=actor, now=now)
    letter = ClarificationLetter(
        frame=prepared.frame,
        concern=_concern_of(prepared, found),
        minutes=times_for(session, case.office_id).clarification_minutes,
    )
    send_both(session, vault, prepared, letter, ClarificationMail(prepared.mail), now=now, key=fact_id.hex)


def tell_card_ready(
    session: Session, vault: Vault, *, case_id: UUID, actor: Actor, now: datetime, public_url: str | None
) -> None:
    """Note that the card lies ready, and write to the person.

    Raises CaseNotFound, NotAllowed, CaseClosed, StepNotPossible, Unreachable.
    """
    case = enter_card(session, case_id=case_id, kind=FactKind.card_ready, actor=actor, now=now)
    found = read_open_papers(session, case, now=now)
    prepared = _prepare(session, case, found, now=now, public_url=public_url)
    letter = CardReadyLetter(prepared.frame, _concern_of(prepared, found))
    send_both(
        session,
        vault,
        prepared,
        letter,
        CardReadyMail(prepared.mail),
        now=now,
        key=f"{now:%Y%m%d%H%M%S}",
    )
