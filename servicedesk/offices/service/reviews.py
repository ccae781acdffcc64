"""Keep that people have read translations; when all of a language are read, its pages stop saying otherwise."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from servicedesk.db import audit
from servicedesk.kernel.catalogues import digest_for_residents, list_texts
from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.permissions import Actor, ActorKind, Permission
from servicedesk.offices.errors import OfficeNotFound, TextsChanged
from servicedesk.offices.models import Office, TextReview


def mark_reviewed(
    session: Session, *, office_id: UUID, language: str, digests: Collection[str], actor: Actor, now: datetime
) -> None:
    """Note that a signed-in person has read these texts and found them right; whoever was first stays named.

    Raises NotAllowed, and TextsChanged where a text has other words by now.
    """
    office = _lock(session, office_id, actor)
    known = {text.digest for text in list_texts(language) if text.translated}
    if not digests or not known.issuperset(digests):
        raise TextsChanged
    rows = [
        {
            "office_id": office_id,
            "language": language,
            "digest": digest,
            "reviewed_by": actor.ref,
            "reviewed_at": now,
        }
        for digest in sorted(digests)
    ]
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(TextReview).on_conflict_do_nothing(), rows)
    _settle(session, office, language)
    _record(session, office, language, "review_texts", digests, actor, now)


def take_back_review(
    session: Session, *, office_id: UUID, language: str, digests: Collection[str], actor: Actor, now: datetime
) -> None:
    """Undo reviews, one's own or somebody else's; the trail keeps both. Raises NotAllowed."""
    office = _lock(session, office_id, actor)
    session.execute(
        delete(TextReview)
        .where(
            TextReview.office_id == office_id,
            TextReview.language == language,
            TextReview.digest.in_(sorted(digests)),
        )
        .execution_options(synchronize_session=False)
    )
    _settle(session, office, language)
    _record(session, office, language, "take_back_review", digests, actor, now)


def _lock(session: Session, office_id: UUID, actor: Actor) -> Office:
    # "Set by a signed-in person": no command and no job may say that somebody has read a text.
    if actor.kind is not ActorKind.staff or not actor.may(Permission.review_texts):
        raise NotAllowed
    # Of two people who read the last two texts, the second one has to see that none is left.
    office = session.scalar(select(Office).where(Office.id == office_id).with_for_update(key_share=True))
    if office is None:
        raise OfficeNotFound
    return office


def _settle(session: Session, office: Office, language: str) -> None:
    """Keep the digest of the whole language once every text of residents is reviewed, else drop it."""
    rows = select(TextReview.digest).where(TextReview.office_id == office.id, TextReview.language == language)
    reviewed = set(session.scalars(rows))
    whole = digest_for_residents(language)
    is_complete = bool(whole) and all(
        text.digest in reviewed for text in list_texts(language) if not text.is_for_staff
    )
    others = {tag: digest for tag, digest in office.reviewed_texts.items() if tag != language}
    office.reviewed_texts = others | {language: whole} if is_complete else others


def _record(
    session: Session,
    office: Office,
    language: str,
    action: str,
    digests: Collection[str],
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=("office", office.id),
        office_id=office.id,
        details={"language": language, "digests": sorted(digests)},
    )
