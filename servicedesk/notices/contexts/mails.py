"""What each e-mail says; classes with a KIND are messages of the outbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from servicedesk.notices.contexts.blocks import AppointmentFacts, MailFrame, Medium


@dataclass(frozen=True, slots=True)
class AppointmentConfirmation:
    """An appointment is booked."""

    KIND: ClassVar[str] = "appointment_confirmation"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
    appointment: AppointmentFacts


@dataclass(frozen=True, slots=True)
class AppointmentMoved:
    """An appointment has another time or place; earlier_starts_at is the time that no longer holds."""

    KIND: ClassVar[str] = "appointment_moved"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
    appointment: AppointmentFacts
    earlier_starts_at: datetime


@dataclass(frozen=True, slots=True)
class AppointmentCancelled:
    """An appointment no longer takes place; is_by_office says who called it off."""

    KIND: ClassVar[str] = "appointment_cancelled"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
    appointment: AppointmentFacts
    is_by_office: bool = False


@dataclass(frozen=True, slots=True)
class ContactReceived:
    """A message through the contact door arrived; the same words for known and unknown people."""

    KIND: ClassVar[str] = "contact_received"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
    received_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class ConfirmEmailAddress:
    """Ask the owner of a mailbox to confirm it; the link is single-use and dies at valid_until."""

    KIND: ClassVar[str] = "confirm_email_address"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
    confirm_url: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """Tell the old channel that e-mail or telephone was changed; the new one is never shown."""

    KIND: ClassVar[str] = "channel_changed"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.EMAIL

    frame: MailFrame
    changed_at: datetime
