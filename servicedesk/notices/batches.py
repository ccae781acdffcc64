"""Put letters into one print file, record who fetched it, and keep no code longer than printing needs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from servicedesk.db import audit
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.errors import NotFound, StaleData
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor
from servicedesk.notices.contexts import LetterContext, LetterSecrets
from servicedesk.notices.delivery.tools import DeliveryTools
from servicedesk.notices.errors import (
    AlreadyPrinted,
    CodeNoLongerKept,
    LetterWithdrawn,
    NoLetters,
    TooManyLetters,
)
from servicedesk.notices.letters.joining import join_pdfs
from servicedesk.notices.models import Letter, Outbox, PrintBatch
from servicedesk.notices.queries import LetterLine, LetterScope, list_letters
from servicedesk.notices.rules import CODE_KEPT_AFTER_PRINT, MOST_LETTERS_PER_FILE
from servicedesk.notices.service import StoredContext, open_stored

_HIDDEN = LetterSecrets(access_code="XXXX-XXXX-XXXX-XXXX", phone_pin="XXXXXX")


@dataclass(frozen=True, slots=True)
class PrintFile:
    """Hold the letters of one batch as one PDF."""

    batch_id: UUID
    pdf: bytes
    letters: int
    pages: int


def build_print_file(
    session: Session,
    vault: Vault,
    *,
    now: datetime,
    actor: Actor,
    office_id: UUID,
    scope: LetterScope,
    letter_ids: list[UUID],
    is_reprint: bool = False,
) -> PrintFile:
    """Join letters into one file in the order given, mark them printed and record the batch.

    The caller has checked the permission (`download_letters`) and commits. Raises NotFound when one lies outside
    `scope`, AlreadyPrinted without `is_reprint`, LetterWithdrawn, CodeNoLongerKept when a reprint would lack its
    code, StaleData when somebody printed one of them, or took it back, at the same moment.
    """
    lines = _chosen(session, office_id=office_id, scope=scope, letter_ids=letter_ids)
    withdrawn = sum(line.withdrawn_at is not None for line in lines)
    if withdrawn:
        raise LetterWithdrawn(count=withdrawn)
    printed = [line for line in lines if line.printed_at is not None]
    if printed and not is_reprint:
        raise AlreadyPrinted(count=len(printed))
    without_code = sum(line.has_code and not line.is_code_kept for line in lines)
    if without_code:
        raise CodeNoLongerKept(count=without_code)
    pdf, pages = _joined(session, vault, lines)
    batch_id = new_id()
    session.execute(
        insert(PrintBatch).values(
            id=batch_id,
            office_id=office_id,
            created_at=now,
            created_by=actor.account_id,
            letters=len(lines),
            pages=pages,
        )
    )
    first = [line.id for line in lines if line.printed_at is None]
    again = [line.id for line in lines if line.printed_at is not None]
    _mark(session, first, Letter.printed_at.is_(None) & Letter.withdrawn_at.is_(None), batch_id, now)
    _mark(session, again, Letter.printed_at.is_not(None), batch_id, now)
    for action, ids in (("download_letters", first), ("reprint_letters", again)):
        if ids:
            audit.record(
                session,
                now=now,
                actor=actor,
                action=action,
                subject=("print_batch", batch_id),
                office_id=office_id,
                details={"count": len(ids), "letters": [letter_id.hex for letter_id in ids]},
            )
    return PrintFile(batch_id=batch_id, pdf=pdf, letters=len(lines), pages=pages)


def purge_printed_codes(tools: DeliveryTools) -> dict[str, Any]:
    """Replace printed letters, some hours after printing, by the same letter without code and PIN.

    Each letter is rendered anew with the code hidden, outside any transaction; the replacement is conditional, so a
    run that is cut off, or runs twice, does no harm. Returns counts.
    """
    purged = failed = 0
    for letter_id, stored in _printed_with_code(tools):
        try:
            with tools.database.reading() as session:
                context = open_stored(session, tools.vault, stored).context
            if not isinstance(context, LetterContext):
                raise TypeError("no letter")
            pdf = tools.render(context, _HIDDEN).pdf
        except Exception:  # noqa: BLE001 one letter that cannot be rendered must not keep the codes of all others
            failed += 1
            continue
        with tools.database.unit_of_work() as session:
            result: Any = session.execute(
                update(Letter)
                .where(Letter.id == letter_id, Letter.code_purged_at.is_(None))
                .values(
                    pdf_sealed=tools.vault.seal(pdf, "letter", letter_id, "pdf_sealed"),
                    code_purged_at=tools.clock.now(),
                )
            )
            purged += result.rowcount
    return {"purged_codes": purged, "unpurged_codes": failed}


def _printed_with_code(tools: DeliveryTools) -> list[tuple[UUID, StoredContext]]:
    with tools.database.reading() as session:
        rows = session.execute(
            select(Letter.id, Outbox.id, Outbox.context_sealed, Outbox.context_parts, Outbox.person_id)
            .join(Outbox, Outbox.id == Letter.outbox_id)
            .where(
                Letter.code_id.is_not(None),
                Letter.code_purged_at.is_(None),
                Letter.printed_at < tools.clock.now() - CODE_KEPT_AFTER_PRINT,
            )
            .order_by(Letter.printed_at)
            .limit(MOST_LETTERS_PER_FILE)
        )
        return [(row[0], StoredContext(row[1], row[2], row[3], row[4])) for row in rows]


def _chosen(
    session: Session, *, office_id: UUID, scope: LetterScope, letter_ids: list[UUID]
) -> list[LetterLine]:
    wanted = list(dict.fromkeys(letter_ids))
    if not wanted:
        raise NoLetters
    if len(wanted) > MOST_LETTERS_PER_FILE:
        raise TooManyLetters(most=MOST_LETTERS_PER_FILE)
    found = {
        line.id: line for line in list_letters(session, office_id=office_id, scope=scope, letter_ids=wanted)
    }
    if len(found) != len(wanted):
        raise NotFound
    return [found[letter_id] for letter_id in wanted]


def _joined(session: Session, vault: Vault, lines: list[LetterLine]) -> tuple[bytes, int]:
    sealed: dict[UUID, bytes] = {
        row[0]: row[1]
        for row in session.execute(
            select(Letter.id, Letter.pdf_sealed).where(Letter.id.in_([line.id for line in lines]))
        )
    }
    opened = (vault.open(sealed.pop(line.id), "letter", line.id, "pdf_sealed") for line in lines)
    return join_pdfs(opened, title="Schreiben")


def _mark(session: Session, letter_ids: list[UUID], still: Any, batch_id: UUID, now: datetime) -> None:
    if not letter_ids:
        return
    result: Any = session.execute(
        update(Letter)
        .where(Letter.id.in_(letter_ids), still)
        .values(batch_id=batch_id, printed_at=now)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != len(letter_ids):
        raise StaleData
