"""What each message says, as values: written when it is queued, read when it is rendered.

A context carries everything its message needs, so that the sender asks nobody. Access codes and
telephone PINs are not part of it: they are drawn when the letter is rendered (LetterSecrets).
Changing a field's meaning or name raises the kind's version and adds an entry to _UPGRADES.
"""

from collections.abc import Callable, Mapping
from typing import Any

from servicedesk.notices.codec import UnreadableContext, decode, encode
from servicedesk.notices.contexts.answers import QuestionAnsweredLetter, QuestionAnsweredMail
from servicedesk.notices.contexts.blocks import (
    AddressedAs,
    AppointmentFacts,
    ChangedContact,
    LetterFrame,
    LetterSecrets,
    MailFrame,
    Medium,
    OfficeBlock,
    Opening,
    Paper,
    PaperForm,
    Phrase,
    ReceiptChannel,
    Recipient,
    Sender,
    TitleForm,
)
from servicedesk.notices.contexts.checking import (
    CardReadyLetter,
    CardReadyMail,
    ClarificationLetter,
    ClarificationMail,
    PaperRejectedLetter,
    PaperRejectedMail,
    PapersMissingLetter,
    PapersMissingMail,
    WantedPaper,
)
from servicedesk.notices.contexts.interim import (
    ConfirmedFacts,
    EndCause,
    InterimConfirmationLetter,
    InterimEndedLetter,
    InterimEndedMail,
    InterimIssuedMail,
    InterimSheet,
    SheetKind,
)
from servicedesk.notices.contexts.letters import (
    ApplicationReceipt,
    ContactChangedLetter,
    ExpiredLetter,
    InvitationLetter,
    NewCodeLetter,
)
from servicedesk.notices.contexts.mails import (
    AppointmentCancelled,
    AppointmentConfirmation,
    AppointmentMoved,
    ChannelChanged,
    ConfirmEmailAddress,
    ContactReceived,
)
from servicedesk.notices.contexts.slots import NewsTime, SlotNews, SlotNewsLetter, SlotNewsMail

__all__ = [
    "KINDS",
    "AddressedAs",
    "ApplicationReceipt",
    "AppointmentCancelled",
    "AppointmentConfirmation",
    "AppointmentFacts",
    "AppointmentMoved",
    "CardReadyLetter",
    "CardReadyMail",
    "ChangedContact",
    "ChannelChanged",
    "ClarificationLetter",
    "ClarificationMail",
    "ConfirmEmailAddress",
    "ConfirmedFacts",
    "ContactChangedLetter",
    "ContactReceived",
    "Context",
    "EndCause",
    "ExpiredLetter",
    "InterimConfirmationLetter",
    "InterimEndedLetter",
    "InterimEndedMail",
    "InterimIssuedMail",
    "InterimSheet",
    "InvitationLetter",
    "LetterContext",
    "LetterFrame",
    "LetterSecrets",
    "MailContext",
    "MailFrame",
    "Medium",
    "NewCodeLetter",
    "NewsTime",
    "OfficeBlock",
    "Opening",
    "Paper",
    "PaperForm",
    "PaperRejectedLetter",
    "PaperRejectedMail",
    "PapersMissingLetter",
    "PapersMissingMail",
    "Phrase",
    "QuestionAnsweredLetter",
    "QuestionAnsweredMail",
    "ReceiptChannel",
    "Recipient",
    "Sender",
    "SheetKind",
    "SlotNews",
    "SlotNewsLetter",
    "SlotNewsMail",
    "TitleForm",
    "WantedPaper",
    "cleaned",
    "from_payload",
    "has_access_code",
    "to_payload",
]

LetterContext = (
    InvitationLetter
    | ExpiredLetter
    | NewCodeLetter
    | ApplicationReceipt
    | ContactChangedLetter
    | InterimConfirmationLetter
    | InterimEndedLetter
    | PapersMissingLetter
    | PaperRejectedLetter
    | ClarificationLetter
    | CardReadyLetter
    | SlotNewsLetter
    | QuestionAnsweredLetter
)
MailContext = (
    AppointmentConfirmation
    | AppointmentMoved
    | AppointmentCancelled
    | SlotNewsMail
    | ContactReceived
    | ConfirmEmailAddress
    | ChannelChanged
    | InterimIssuedMail
    | InterimEndedMail
    | PapersMissingMail
    | PaperRejectedMail
    | ClarificationMail
    | CardReadyMail
    | QuestionAnsweredMail
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
        ContactChangedLetter,
        InterimConfirmationLetter,
        InterimEndedLetter,
        SlotNewsLetter,
        AppointmentConfirmation,
        AppointmentMoved,
        AppointmentCancelled,
        SlotNewsMail,
        ContactReceived,
        ConfirmEmailAddress,
        ChannelChanged,
        InterimIssuedMail,
        InterimEndedMail,
        PapersMissingLetter,
        PaperRejectedLetter,
        ClarificationLetter,
        CardReadyLetter,
        PapersMissingMail,
        PaperRejectedMail,
        ClarificationMail,
        CardReadyMail,
        QuestionAnsweredLetter,
        QuestionAnsweredMail,
    )
}

#: (kind, version) to a function that turns that version's data into the next one's.
_UPGRADES: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}


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
