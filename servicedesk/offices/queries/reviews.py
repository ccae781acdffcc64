"""Read which translated texts the people of an office have reviewed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.offices.models import Office, TextReview


@dataclass(frozen=True, slots=True)
class Review:
    """Say who found a text right, and when."""

    by: str
    at: datetime


def list_reviews(session: Session, office_id: UUID, language: str) -> dict[str, Review]:
    """Return the office's reviews of a language by the digest of the text, also those of words that are gone."""
    rows = select(TextReview).where(TextReview.office_id == office_id, TextReview.language == language)
    return {row.digest: Review(row.reviewed_by, row.reviewed_at) for row in session.scalars(rows)}


def list_reviewed_digests(session: Session, office_id: UUID | None = None) -> dict[str, frozenset[str]]:
    """Return per language what the office has reviewed; without one, what every office has."""
    offices = [office_id] if office_id else list(session.scalars(select(Office.id)))
    found: dict[tuple[UUID, str], set[str]] = {}
    rows = select(TextReview.office_id, TextReview.language, TextReview.digest)
    for office, language, digest in session.execute(rows):
        found.setdefault((office, language), set()).add(digest)
    languages = {language for _, language in found}
    return {
        language: frozenset.intersection(*(frozenset(found.get((one, language), ())) for one in offices))
        for language in languages
        if offices
    }
