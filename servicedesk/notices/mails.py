"""E-mails: subject, text and HTML in the recipient's language with the German below; least content.

Salutation, the fact, date, time, place and how to change it: no kind of title, no nationality, no code.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from markupsafe import Markup

from servicedesk.notices.calendars import CalendarMethod, build_invitation
from servicedesk.notices.codec import UnreadableContext, clean_line
from servicedesk.notices.contexts import (
    AppointmentCancelled,
    AppointmentConfirmation,
    AppointmentMoved,
    MailContext,
    MailFrame,
    PapersMissingMail,
    SlotNewsMail,
    cleaned,
)
from servicedesk.notices.errors import UnsendableNotice
from servicedesk.notices.wording import Wording, get_html_environment, get_text_environment, get_wording

_FOLDER = "notices/mails"
#: Seven bits on the wire: every relay on the way can carry it.
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")

_PROVEN: set[tuple[type[MailContext], MailFrame]] = set()
_PROVEN_AT_MOST = 1024


@dataclass(frozen=True, slots=True)
class MailContent:
    """A message before it gets its envelope."""

    subject: str
    text: str
    html: str
    calendar: bytes = b""
    calendar_method: CalendarMethod | None = None


def normalise_address(address: str) -> str:
    """Return an address as SMTP without extensions takes it; raises UnsendableNotice.

    The domain is lower case and in ASCII (IDNA). A local part outside ASCII is refused: most relays
    would, later and less kindly.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        host = ""
    is_dotted_well = not (local.startswith(".") or local.endswith(".") or ".." in local)
    if not at or not _LOCAL_PART.fullmatch(local) or not is_dotted_well or not _DOMAIN.fullmatch(host):
        raise UnsendableNotice(reason="die E-Mail-Adresse ist ungültig")
    return f"{local}@{host}"


def _values(context: MailContext, wording: Wording) -> dict[str, object]:
    zone = context.frame.office.time_zone
    values: dict[str, object] = {"mail": context, "frame": context.frame, "office": context.frame.office}
    if isinstance(context, AppointmentConfirmation | AppointmentMoved | AppointmentCancelled):
        values["day"] = wording.day_of(context.appointment.starts_at, zone)
        values["time"] = wording.clock_of(context.appointment.starts_at, zone)
    if isinstance(context, AppointmentMoved):
        values["earlier_day"] = wording.day_of(context.earlier_starts_at, zone)
        values["earlier_time"] = wording.clock_of(context.earlier_starts_at, zone)
    if isinstance(context, SlotNewsMail):
        values["times"] = [
            {
                "day": wording.day_of(one.starts_at, zone),
                "clock": wording.clock_of(one.starts_at, zone),
                "desk": one.desk,
            }
            for one in context.times
        ]
        values["answer_day"] = wording.day_of(context.answer_by, zone) if context.answer_by else ""
    for name in ("received_at", "valid_until", "changed_at"):
        instant = getattr(context, name, None)
        if isinstance(instant, datetime):
            values["day"] = wording.day_of(instant, zone)
            values["time"] = wording.clock_of(instant, zone)
    if isinstance(context, PapersMissingMail):
        values["day"] = wording.day(context.bring_by_on)
    return values


def _render_text(context: MailContext, wording: Wording, part: str) -> str:
    environment = get_text_environment(wording.language.tag)
    template = environment.get_template(f"{_FOLDER}/{context.KIND}/{part}.txt")
    return template.render(**_values(context, wording), is_german=wording.is_german).strip()


def _render_html(context: MailContext, wording: Wording) -> Markup:
    environment = get_html_environment(wording.language.tag)
    template = environment.get_template(f"{_FOLDER}/{context.KIND}/body.html")
    rendered = template.render(**_values(context, wording), is_german=wording.is_german)
    return Markup(rendered)  # noqa: S704 the template escaped every value


def build_content(context: MailContext, to: str, now: datetime) -> MailContent:
    """Say a message in the recipient's language, then in German; `to` names the calendar's attendee."""
    clean = cleaned(context)
    if not isinstance(clean, MailContext):
        raise UnreadableContext(f"{context.KIND} is no e-mail")
    german, own = get_wording("de"), get_wording(clean.frame.locale)
    wordings = (german,) if own.is_german else (own, german)
    text = "\n\n".join(_render_text(clean, wording, "body") for wording in wordings)
    html = (
        get_html_environment(own.language.tag)
        .get_template(f"{_FOLDER}/layout.html")
        .render(
            subject=_render_text(clean, own, "subject"),
            parts=[(wording.language, _render_html(clean, wording)) for wording in wordings],
            language=own.language,
            office=clean.frame.office,
        )
    )
    calendar, method = b"", None
    if isinstance(clean, AppointmentConfirmation | AppointmentMoved | AppointmentCancelled):
        calendar, method = build_invitation(
            clean.frame.office,
            clean.appointment,
            clean.frame.locale,
            normalise_address(to),
            now,
            is_cancelled=isinstance(clean, AppointmentCancelled),
        )
    subject = clean_line(_render_text(clean, own, "subject"))
    return MailContent(subject, text + "\n", html, calendar, method)


def build_mail(
    context: MailContext, *, to: str, mail_from: str, message_id: str, now: datetime
) -> EmailMessage:
    """Build the whole message. Raises UnsendableNotice for an address no server would take.

    `message_id` (without angle brackets) is stable per outbox row, so that a mail sent twice is
    recognised as one. The display name of the sender is the office's.
    """
    recipient, author = normalise_address(to), normalise_address(mail_from)
    content = build_content(context, recipient, now)
    office = context.frame.office
    message = EmailMessage(policy=_POLICY)
    try:
        message["From"] = Address(display_name=clean_line(office.name), addr_spec=author)
        message["To"] = Address(addr_spec=recipient)
        if office.email:
            message["Reply-To"] = Address(addr_spec=normalise_address(office.email))
        message["Subject"] = content.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{clean_line(message_id)}>"
        message["Auto-Submitted"] = "auto-generated"
    except ValueError as error:
        raise UnsendableNotice(reason="eine Kopfzeile der E-Mail ist ungültig") from error
    message.set_content(content.text)
    message.add_alternative(content.html, subtype="html")
    if content.calendar_method is not None:
        message.add_alternative(
            content.calendar,
            maintype="text",
            subtype="calendar",
            params={"charset": "utf-8", "method": content.calendar_method.value},
        )
        message.add_attachment(content.calendar, maintype="application", subtype="ics", filename="termin.ics")
    # Last: setting content drops every header whose name begins with Content-.
    message["Content-Language"] = _languages(context)
    return message


def _languages(context: MailContext) -> str:
    own = get_wording(context.frame.locale).language.lang
    return own if own == "de" else f"{own}, de"


def check_mail(context: MailContext, to: str, now: datetime) -> None:
    """Raise UnsendableNotice when a message could never be sent; call it before queueing.

    What can make it unsendable is its kind and its frame: the office's addresses and name, the language, the texts. What
    differs from person to person are instants and lines that are cleaned on their way. So one message of each kind and
    frame is built per process, as it would be sent.
    """
    recipient, proven = normalise_address(to), (type(context), context.frame)
    if proven in _PROVEN:
        return
    build_mail(context, to=recipient, mail_from="check@example.org", message_id="check@example.org", now=now)
    if len(_PROVEN) >= _PROVEN_AT_MOST:
        _PROVEN.clear()
    _PROVEN.add(proven)
