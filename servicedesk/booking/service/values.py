"""Give what the use cases of booking return."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from servicedesk.booking.rules.life import AppointmentRow


@dataclass(frozen=True, slots=True)
class Hold:
    """Be a chosen time that waits for its confirmation.

    `expires_at` is None when the case has used up its time for holding: nothing is reserved then, and the time
    can still be booked as long as it is free.
    """

    case_id: UUID
    desk_id: UUID
    starts_local: datetime
    starts_at: datetime
    minutes: int
    expires_at: datetime | None

    @property
    def is_reserved(self) -> bool:
        """Tell whether nobody else can take the time until `expires_at`."""
        return self.expires_at is not None


@dataclass(frozen=True, slots=True)
class Booked:
    """Be an appointment as it stands after a use case; `is_new` is False when nothing had to be done."""

    id: UUID
    case_id: UUID
    desk_id: UUID
    ref: str
    uid: str
    sequence: int
    starts_local: datetime
    starts_at: datetime
    minutes: int
    state: str
    is_new: bool

    @classmethod
    def of(cls, row: AppointmentRow, *, is_new: bool) -> "Booked":
        """Return the value of a row."""
        return cls(
            id=row.id,
            case_id=row.case_id,
            desk_id=row.desk_id,
            ref=row.ref,
            uid=row.uid,
            sequence=row.sequence,
            starts_local=row.starts_local,
            starts_at=row.starts_at,
            minutes=row.minutes,
            state=row.state.value,
            is_new=is_new,
        )
