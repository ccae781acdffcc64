"""Make a letter: rendered outside any transaction, then letter, code and state committed at once."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from servicedesk.accounts.codes import IssuedCode, draw_code, store_code
from servicedesk.accounts.rules import CODE_LIFE
from servicedesk.kernel.clock import day_end, local_day
from servicedesk.kernel.crypto import sha256_hex
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.intervals import add_months
from servicedesk.notices.codec import UnreadableContext
from servicedesk.notices.contexts import LetterContext, LetterSecrets, has_access_code
from servicedesk.notices.delivery.claims import Claimed, finish, record_end
from servicedesk.notices.delivery.tools import DeliveryTools, Outcome
from servicedesk.notices.letters import RenderedLetter
from servicedesk.notices.models import Letter
from servicedesk.notices.rules import last_day_as_child
from servicedesk.notices.service import StoredContext, open_stored
from servicedesk.offices.models import Office
from servicedesk.register.models import Person


def deliver_letter(tools: DeliveryTools, claimed: Claimed) -> Outcome:
    """Render, seal and store one letter together with its access code; nothing is kept if the claim is gone."""
    stored = StoredContext(claimed.id, claimed.context_sealed, claimed.context_parts, claimed.person_id)
    with tools.database.reading() as session:
        opened = open_stored(session, tools.vault, stored)
    context = opened.context
    if not isinstance(context, LetterContext):
        raise UnreadableContext(f"{claimed.kind} is no letter")
    code = draw_code() if has_access_code(context) else None
    tools.crash("letter.before_render")
    rendered = tools.render(context, LetterSecrets(code.code, code.pin) if code else None)
    tools.crash("letter.after_render")
    with tools.database.unit_of_work() as session:
        now = tools.clock.now()
        # From here on the row says by itself what was sent to whom, whatever the register says later.
        own = opened.to_seal and tools.vault.seal(opened.to_seal, "outbox", claimed.id, "context_sealed")
        if not finish(session, claimed, now=now, state="done", context_sealed=own):
            return Outcome.lost
        if code:
            _store_code(session, tools, claimed, context, code, now=now)
        _store_letter(session, tools, claimed, rendered, code, now=now)
        tools.crash("letter.before_commit")
    tools.crash("letter.after_commit")
    return Outcome.done


def _store_letter(
    session: Session,
    tools: DeliveryTools,
    claimed: Claimed,
    rendered: RenderedLetter,
    code: IssuedCode | None,
    *,
    now: datetime,
) -> None:
    letter_id = new_id()
    session.execute(
        insert(Letter).values(
            id=letter_id,
            outbox_id=claimed.id,
            office_id=claimed.office_id,
            pdf_sealed=tools.vault.seal(rendered.pdf, "letter", letter_id, "pdf_sealed"),
            sha256=sha256_hex(rendered.pdf),
            pages=rendered.page_count,
            rendered_at=now,
            code_id=code.id if code else None,
        )
    )
    record_end(
        session,
        claimed,
        "render_letter",
        now=now,
        letter=letter_id.hex,
        code=code.id.hex if code else None,
        pages=rendered.page_count,
    )


def _store_code(
    session: Session,
    tools: DeliveryTools,
    claimed: Claimed,
    context: LetterContext,
    code: IssuedCode,
    *,
    now: datetime,
) -> None:
    store_code(
        session,
        tools.vault,
        code,
        office_id=claimed.office_id,
        subject=claimed.subject,
        now=now,
        expires_at=_code_end(session, claimed, context, now=now),
    )


def _code_end(session: Session, claimed: Claimed, context: LetterContext, *, now: datetime) -> datetime:
    """Return when the code dies: after its longest life, a child's at the start of the 18th birthday."""
    zone_name = session.scalar(select(Office.time_zone).where(Office.id == claimed.office_id))
    zone = ZoneInfo(zone_name or "Europe/Berlin")
    end = day_end(add_months(local_day(now, zone), CODE_LIFE.months), zone)
    if not context.frame.recipient.is_minor or claimed.person_id is None:
        return end
    person = session.get(Person, claimed.person_id)
    if person is None or not person.birth_year:
        return end
    # Of an unknown day or month the earliest counts: a grown-up's code must not lie with the parents.
    born = date(person.birth_year, person.birth_month or 1, person.birth_day or 1)
    return max(min(end, day_end(last_day_as_child(born), zone)), now)
