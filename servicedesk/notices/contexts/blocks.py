"""What messages are made of: sender, recipient, papers, frames."""

import enum
from dataclasses import dataclass
from datetime import date, datetime, time

from servicedesk.kernel.locales import GERMAN


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


class ChangedContact(enum.Enum):
    """What the office writes to or calls from now on."""

    ADDRESS = "address"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Opening:
    """One line of opening hours; weekdays after ISO 8601, 1 = Monday."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OfficeBlock:
    """The sending authority. `base_url` is scheme and host, without a path or a final slash.

    `reviewed_languages` are those in which its people have read every text.
    """

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
    reviewed_languages: tuple[str, ...] = ()

    def is_machine_translated(self, locale: str) -> bool:
        """Tell whether what is written in a language has to say that no person has reviewed it."""
        return locale != GERMAN.tag and locale not in self.reviewed_languages


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
class LetterSecrets:
    """Drawn in the transaction that renders the letter; never stored with the context.

    access_code: `XXXX-XXXX-XXXX-XXXX`. phone_pin: six digits, empty where the office uses none.
    """

    access_code: str
    phone_pin: str = ""
