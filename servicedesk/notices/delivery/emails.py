"""Send an e-mail over SMTP, to an address that is confirmed at the moment of sending."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.kernel.clock import Clock
from servicedesk.kernel.crypto import Vault
from servicedesk.notices.codec import UnreadableContext
from servicedesk.notices.contexts import ChannelChanged, ConfirmEmailAddress, MailContext
from servicedesk.notices.delivery.claims import Claimed, finish, record_end
from servicedesk.notices.delivery.tools import DeliveryTools, Outcome
from servicedesk.notices.mails import build_mail
from servicedesk.notices.service import open_context
from servicedesk.register.models import ContactClaim

_TIMEOUT_SECONDS = 20
_REFUSED_FOR_GOOD = range(500, 600)


class MailRefused(Exception):
    """Report that the server took this message or its address not, and never will."""


class MailDelayed(Exception):
    """Report that the server wants this message later."""


class ServerUnreachable(Exception):
    """Report that no mail can leave now: no connection, no encryption, no sign-in."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Hold where e-mails are handed over, read from the settings' URL.

    `needs_tls` is true unless the server is on this machine or the URL ends in `?tls=optional`.
    """

    host: str
    port: int
    user: str
    password: str
    is_implicit_tls: bool
    needs_tls: bool

    def __repr__(self) -> str:
        """Return a text without the password."""
        return f"MailServer({self.host}:{self.port})"


def read_server(url: str) -> MailServer:
    """Read `smtp://user:password@host:587` or `smtps://…:465`."""
    parts = urlsplit(url)
    is_implicit = parts.scheme == "smtps"
    host = parts.hostname or ""
    is_optional = parse_qs(parts.query).get("tls") == ["optional"] or _is_this_machine(host)
    return MailServer(
        host=host,
        port=parts.port or (465 if is_implicit else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_implicit_tls=is_implicit,
        needs_tls=not is_optional,
    )


def deliver_email(tools: DeliveryTools, claimed: Claimed) -> Outcome:
    """Send one message; a stable Message-ID lets the receiver know a second copy after a lost answer."""
    with tools.database.reading() as session:
        context = open_context(session, tools.vault, claimed.id, claimed.context_sealed)
        if not isinstance(context, MailContext):
            raise UnreadableContext(f"{claimed.kind} is no e-mail")
        address = find_address(session, tools.vault, claimed, context, clock=tools.clock)
    if address is None:
        return _drop(tools, claimed)
    mail_from = tools.settings.mail_from
    message = build_mail(
        context,
        to=address,
        mail_from=mail_from,
        message_id=f"{claimed.id.hex}@{mail_from.rpartition('@')[2]}",
        now=tools.clock.now(),
    )
    tools.crash("email.before_send")
    send(read_server(tools.settings.smtp_url or ""), message, sender=mail_from, recipient=address)
    tools.crash("email.after_send")
    with tools.database.unit_of_work() as session:
        now = tools.clock.now()
        if not finish(session, claimed, now=now, state="done"):
            return Outcome.lost
        record_end(session, claimed, "send_email", now=now)
        tools.crash("email.before_commit")
    tools.crash("email.after_commit")
    return Outcome.done


def find_address(
    session: Session, vault: Vault, claimed: Claimed, context: MailContext, *, clock: Clock
) -> str | None:
    """Return the address a message may go to now, or None.

    That is the person's confirmed address, never one that was only typed. Two messages name their address by their
    subject, ("contact_claim", id): the request to confirm an address goes to that address while it is still asked
    about, and the news of a change goes to the address that was confirmed before.
    """
    chosen = select(ContactClaim).where(
        ContactClaim.kind == "email", ContactClaim.office_id == claimed.office_id
    )
    if isinstance(context, ConfirmEmailAddress):
        named = chosen.where(ContactClaim.id == claimed.subject[1], ContactClaim.state == "claimed")
        claim = session.scalars(named.where(ContactClaim.expires_at > clock.now())).one_or_none()
    elif isinstance(context, ChannelChanged) and claimed.subject[0] == "contact_claim":
        was_confirmed = ContactClaim.state.in_(["confirmed", "superseded"]) & ContactClaim.decided_at.is_not(
            None
        )
        claim = session.scalars(
            chosen.where(ContactClaim.id == claimed.subject[1], was_confirmed)
        ).one_or_none()
    elif claimed.person_id is None:
        claim = None
    else:
        own = chosen.where(ContactClaim.person_id == claimed.person_id, ContactClaim.state == "confirmed")
        claim = session.scalars(own).one_or_none()
    return vault.open_text(claim.value_sealed, "contact_claim", claim.id, "value_sealed") if claim else None


def send(server: MailServer, message: EmailMessage, *, sender: str, recipient: str) -> None:
    """Hand one message over; raises MailRefused, MailDelayed or ServerUnreachable, never an address in the text."""
    try:
        connection = _connect(server)
        try:
            _hand_over(connection, message, sender=sender, recipient=recipient)
        finally:
            # The message is accepted or not by now; a server that does not answer the farewell changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()
    except smtplib.SMTPServerDisconnected as fault:
        raise ServerUnreachable("the mail server hung up, or answered too late") from fault
    except (OSError, smtplib.SMTPException) as fault:
        raise ServerUnreachable(f"mail server: {_reason(fault)}") from fault


def _connect(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.is_implicit_tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=_TIMEOUT_SECONDS, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_SECONDS)
        connection.ehlo()
        if connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
        elif server.needs_tls or server.user:
            connection.close()
            raise ServerUnreachable("the mail server offers no encryption; add ?tls=optional to allow that")
    if server.user:
        connection.login(server.user, server.password)
    return connection


def _hand_over(connection: smtplib.SMTP, message: EmailMessage, *, sender: str, recipient: str) -> None:
    try:
        connection.send_message(message, from_addr=sender, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as fault:
        code, words = next(iter(fault.recipients.values()))
        raise _answer(code, words) from fault
    except smtplib.SMTPSenderRefused as fault:
        # Our own address is refused: the office's set-up is wrong, not this message.
        raise ServerUnreachable(f"the mail server refuses our sender address: {fault.smtp_code}") from fault
    except smtplib.SMTPDataError as fault:
        raise _answer(fault.smtp_code, fault.smtp_error) from fault


def _answer(code: int, words: bytes | str) -> MailRefused | MailDelayed:
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    # The enhanced status (RFC 3463) says what we need; the sentence after it often repeats the address.
    status = text.split(maxsplit=1)[0] if text[:1] in {"4", "5"} else ""
    reason = f"mail server answered {code} {status}".strip()
    return MailRefused(reason) if code in _REFUSED_FOR_GOOD else MailDelayed(reason)


def _reason(fault: Exception) -> str:
    code = getattr(fault, "smtp_code", None)
    return f"{type(fault).__name__} {code}" if code else type(fault).__name__


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _drop(tools: DeliveryTools, claimed: Claimed) -> Outcome:
    with tools.database.unit_of_work() as session:
        now = tools.clock.now()
        if not finish(session, claimed, now=now, state="cancelled", error="no confirmed address"):
            return Outcome.lost
        record_end(session, claimed, "drop_notice", now=now, reason="no_confirmed_address")
    return Outcome.cancelled
