"""What each message says, as values: written when it is queued, read when it is rendered.

A context carries everything its message needs, so that the sender asks nobody. Access codes and
telephone PINs are not part of it: they are drawn when the letter is rendered (LetterSecrets).
Changing a field's meaning or name raises the kind's version and adds an entry to _UPGRADES.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar

from servicedesk.notices.codec import UnreadableContext, decode, encode


class Medium(enum.Enum):
    """How a message leaves the house."""

    LETTER = "letter"
    EMAIL = "email"


class AddressedAs(enum.Enum):
    """Whom the address zone names."""

    SELF = "self"
    PARENTS = "parents"
    REPRESENTATIVE = "representative"


class PaperForm(enum.Enum):
    """In which form a document is wanted."""

    ORIGINAL = "original"
    COPY = "copy"
    COPY_AND_ORIGINAL = "copy_and_original"
    DIGITAL = "digital"


class TitleForm(enum.Enum):
    """What ends; each has its own legal sentences."""

    RESIDENCE_TITLE = "residence_title"
    UNLIMITED_TITLE_CARD = "unlimited_title_card"
    EU_RESIDENCE_CARD = "eu_residence_card"
    TOLERATED_STAY = "tolerated_stay"
    ASYLUM_PERMISSION = "asylum_permission"


class ReceiptChannel(enum.Enum):
    """The way an application reached the office."""

    WEB = "web"
    REPLY_SLIP = "reply_slip"
    COUNTER = "counter"
    POST = "post"
    EMAIL = "email"
    CONTACT_FORM = "contact_form"


@dataclass(frozen=True, slots=True)
class Opening:
    """One line of opening hours; weekdays after ISO 8601, 1 = Monday."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OfficeBlock:
    """The sending authority. `base_url` is scheme and host, without a path or a final slash."""

    name: str
    street: str
    postcode: str
    town: str
    base_url: str
    time_zone: str = "Europe/Berlin"
    unit: str = ""
    phone: str = ""
    email: str = ""
    openings: tuple[Opening, ...] = ()
    has_counselling_hint: bool = True


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signs: a case worker, or the team where no case worker owns the matter (name empty)."""

    team: str
    name: str = ""
    room: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets the letter. Names are exactly the register's; either of the two may be empty.

    `family_name` and `given_names` are always those of the person the matter is about;
    `representative` names the legal representative where addressed_as says so.
    """

    family_name: str
    given_names: str
    street: str
    postcode: str
    town: str
    addressed_as: AddressedAs = AddressedAs.SELF
    representative: str = ""
    care_of: str = ""

    @property
    def full_name(self) -> str:
        """Given names, then family name, as a salutation and an address line want them."""
        return " ".join(part for part in (self.given_names, self.family_name) if part)

    @property
    def is_minor(self) -> bool:
        """Say whether the code opens with a child's birth date."""
        return self.addressed_as is AddressedAs.PARENTS


@dataclass(frozen=True, slots=True)
class Phrase:
    """A catalogue text in German and, where there is one, in the recipient's language."""

    de: str
    translated: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One wanted document; `condition` says when it is needed, empty = always."""

    name: Phrase
    form: PaperForm
    condition: Phrase = Phrase("")


@dataclass(frozen=True, slots=True)
class LetterFrame:
    """What every letter shares. `locale` is the recipient's tag, never the clerk's."""

    locale: str
    issued_on: date
    office: OfficeBlock
    sender: Sender
    recipient: Recipient
    file_number: str
    is_machine_translated: bool = True


@dataclass(frozen=True, slots=True)
class InvitationLetter:
    """The invitation to apply for extension.

    apply_by_on: the day we ask for; never after ends_on. has_continuation_effect: the catalogue says
    that § 81 Abs. 4 Satz 1 AufenthG holds for this kind of title (not for § 104c and the like).
    """

    KIND: ClassVar[str] = "invitation_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase
    title_form: TitleForm
    ends_on: date
    apply_by_on: date
    papers: tuple[Paper, ...]
    has_continuation_effect: bool = False
    is_online_booking: bool = True


@dataclass(frozen=True, slots=True)
class ExpiredLetter:
    """The title had already ended when it was first seen: no invitation, a request to call in."""

    KIND: ClassVar[str] = "expired_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase
    title_form: TitleForm
    ended_on: date


@dataclass(frozen=True, slots=True)
class NewCodeLetter:
    """A fresh access code; the earlier one is dead."""

    KIND: ClassVar[str] = "new_code_letter"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame


@dataclass(frozen=True, slots=True)
class ApplicationReceipt:
    """Proof of what was applied for, when it was received and how; not an interim confirmation."""

    KIND: ClassVar[str] = "application_receipt"
    VERSION: ClassVar[int] = 1
    MEDIUM: ClassVar[Medium] = Medium.LETTER

    frame: LetterFrame
    concern: Phrase
    title_form: TitleForm
    ends_on: date | None
    received_at: datetime
    channel: ReceiptChannel
    has_continuation_effect: bool = False


@dataclass(frozen=True, slots=True)
class MailFrame:
    """What every e-mail shares. The address is not here: the sender takes it when it sends.

    `salutation_name` may be empty; then the mail greets without a name.
    """

    locale: str
    office: OfficeBlock
    salutation_name: str = ""
    is_machine_translated: bool = True


@dataclass(frozen=True, slots=True)
class AppointmentFacts:
    """Time and place of an appointment and its identity in calendars.

    uid and sequence: a moved appointment keeps its uid and raises its sequence, a cancelled one too.
    manage_url leads to the page where it can be moved or cancelled; it carries no access code.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    place: str
    manage_url: str


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


LetterContext = InvitationLetter | ExpiredLetter | NewCodeLetter | ApplicationReceipt
MailContext = (
    AppointmentConfirmation
    | AppointmentMoved
    | AppointmentCancelled
    | ContactReceived
    | ConfirmEmailAddress
    | ChannelChanged
)
Context = LetterContext | MailContext

#: Every kind of message by its name in the outbox.
KINDS: Mapping[str, type[Context]] = {
    cls.KIND: cls
    for cls in (
        InvitationLetter,
        ExpiredLetter,
        NewCodeLetter,
        ApplicationReceipt,
        AppointmentConfirmation,
        AppointmentMoved,
        AppointmentCancelled,
        ContactReceived,
        ConfirmEmailAddress,
        ChannelChanged,
    )
}

#: (kind, version) to a function that turns that version's data into the next one's.
_UPGRADES: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}


@dataclass(frozen=True, slots=True)
class LetterSecrets:
    """Drawn in the transaction that renders the letter; never stored with the context.

    access_code: `XXXX-XXXX-XXXX-XXXX`. phone_pin: six digits, empty where the office uses none.
    """

    access_code: str
    phone_pin: str = ""


def has_access_code(context: Context) -> bool:
    """Say whether rendering this message needs LetterSecrets."""
    return isinstance(context, InvitationLetter | NewCodeLetter)


def to_payload(context: Context) -> dict[str, Any]:
    """Turn a context into the JSON object that the outbox stores encrypted.

    Control and bidirectional characters in texts are gone afterwards, so that no name can break a
    mail header, a calendar line or the order of a printed line.
    """
    return {"kind": context.KIND, "version": context.VERSION, "data": encode(context)}


def from_payload(payload: Mapping[str, Any]) -> Context:
    """Read what to_payload wrote, also in an earlier version; raises UnreadableContext."""
    try:
        kind, version, data = payload["kind"], payload["version"], payload["data"]
        cls = KINDS[kind]
    except (KeyError, TypeError) as error:
        raise UnreadableContext(f"no known message: {error}") from error
    while version != cls.VERSION:
        upgrade = _UPGRADES.get((kind, version))
        if upgrade is None:
            raise UnreadableContext(f"{kind}: version {version} cannot be read by this program")
        data, version = upgrade(dict(data)), version + 1
    return decode(cls, data)


def cleaned(context: Context) -> Context:
    """Return the context as it will be after its way through the outbox."""
    return from_payload(to_payload(context))
