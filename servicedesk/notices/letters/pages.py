"""Put a letter's parts together: German letter, sheet in the recipient's language, reply slip."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from zoneinfo import ZoneInfo

from markupsafe import Markup

from servicedesk.notices.contexts import (
    AddressedAs,
    ApplicationReceipt,
    CardReadyLetter,
    ClarificationLetter,
    ContactChangedLetter,
    ExpiredLetter,
    InterimConfirmationLetter,
    InterimEndedLetter,
    InvitationLetter,
    LetterContext,
    LetterFrame,
    LetterSecrets,
    OfficeBlock,
    PaperRejectedLetter,
    PapersMissingLetter,
    QuestionAnsweredLetter,
    Recipient,
    SlotNewsLetter,
    has_access_code,
)
from servicedesk.notices.letters.errors import MissingSecrets
from servicedesk.notices.letters.qr import QrCode, build_qr, build_seal_qr
from servicedesk.notices.wording import N_, Wording, get_html_environment, get_wording

FOLDER = "notices/letters"
"""Where the templates are."""

#: Address zone: 27.3 mm high, 75 mm usable in width. Point sizes to try, largest first.
_ADDRESS_SIZES = (10.0, 9.0, 8.0, 7.0, 6.0)
_ADDRESS_ZONE_MM = 27.3
_ADDRESS_WIDTH_MM = 75.0
_ADDRESS_LEADING = 1.22
_MM_PER_POINT = 25.4 / 72
#: Stands on the German first page in the recipient's language.
_POINTER = N_("Die Übersetzung dieses Schreibens finden Sie auf den nächsten Seiten.")


@dataclass(frozen=True, slots=True)
class AccessView:
    """How to get in: the code as printed, the page to type, the QR code that carries both."""

    code: str
    pin: str
    typed_url: str
    qr: QrCode


@dataclass(frozen=True, slots=True)
class AddressView:
    """The lines of an address zone and the point size in which they fit."""

    lines: tuple[str, ...]
    points: float


def _build_accesses(
    frame: LetterFrame, secrets: LetterSecrets | None, wordings: tuple[Wording, ...]
) -> dict[str, AccessView]:
    """Build the way in per language: each names its own page to type, the QR code opens the recipient's."""
    if secrets is None:
        raise MissingSecrets("this letter prints an access code")
    host = frame.office.base_url
    shown = typed_host(frame.office)
    qr = build_qr(f"{host}/{get_wording(frame.locale).language.tag}/code#{secrets.access_code}")
    return {
        wording.language.tag: AccessView(
            code=secrets.access_code,
            pin=secrets.phone_pin,
            typed_url=f"{shown}/{wording.language.tag}/code",
            qr=qr,
        )
        for wording in wordings
    }


def _estimated_width(text: str, points: float) -> float:
    """Estimate the printed width in millimetres, rather too wide than too narrow."""
    ems = sum(0.72 if character.isupper() or not character.isascii() else 0.58 for character in text)
    return ems * points * _MM_PER_POINT


def _printed_lines(text: str, points: float) -> int:
    """Count the lines a text takes when it is broken at spaces, and inside a word that is too long."""
    count, used = 1, 0.0
    for word in text.split(" "):
        width = _estimated_width(word + " ", points)
        if used and used + width > _ADDRESS_WIDTH_MM:
            count, used = count + 1, 0.0
        count += int(width // _ADDRESS_WIDTH_MM)
        used += width % _ADDRESS_WIDTH_MM
    return count


def build_address(lines: tuple[str, ...]) -> AddressView:
    """Choose the largest type in which all lines, broken where too long, stay inside the address zone."""
    for points in _ADDRESS_SIZES:
        printed = sum(_printed_lines(line, points) for line in lines)
        if printed * points * _ADDRESS_LEADING * _MM_PER_POINT <= _ADDRESS_ZONE_MM:
            return AddressView(lines, points)
    return AddressView(lines, _ADDRESS_SIZES[-1])


def recipient_lines(recipient: Recipient) -> tuple[str, ...]:
    """Return the postal address, top to bottom, without blank lines; the name exactly as registered."""
    head: tuple[str, ...] = (recipient.full_name,)
    if recipient.addressed_as is AddressedAs.PARENTS:
        head = ("An die Eltern von", recipient.full_name)
    elif recipient.addressed_as is AddressedAs.REPRESENTATIVE:
        head = (recipient.representative, f"für {recipient.full_name}")
    place = f"{recipient.postcode} {recipient.town}".strip()
    rest = (f"c/o {recipient.care_of}" if recipient.care_of else "", recipient.street, place)
    return tuple(line for line in (*head, *rest) if line)


def _office_lines(frame: LetterFrame) -> tuple[str, ...]:
    office = frame.office
    return tuple(
        line for line in (office.name, office.unit, office.street, f"{office.postcode} {office.town}") if line
    )


def css_string(text: str) -> str:
    """Return a CSS string of any text."""
    escaped = "".join(c if c.isalnum() or c in " .,–/()-" else f"\\{ord(c):x} " for c in text)
    return f'"{escaped}"'


def page_counter(wording: Wording) -> Markup:
    """Return the CSS content of the footer, `Seite 1 von 4` in the wording's language."""
    text = wording.text(N_("Seite %(page)s von %(pages)s")) % {"page": "\0p\0", "pages": "\0n\0"}
    parts: list[str] = []
    for part in text.split("\0"):
        if part in {"p", "n"}:
            parts.append("counter(page)" if part == "p" else "counter(pages)")
        elif part:
            parts.append(css_string(part))
    return Markup(" ".join(parts))  # noqa: S704 made of CSS strings whose every odd character is escaped


def _part(context: LetterContext, wording: Wording, access: AccessView | None, *, is_sheet: bool) -> Markup:
    template = get_html_environment(wording.language.tag).get_template(f"{FOLDER}/{context.KIND}.html")
    frame = context.frame
    rendered = template.render(
        letter=context,
        frame=frame,
        access=access,
        is_sheet=is_sheet,
        received_day=_received(context, wording, clock=False),
        received_clock=_received(context, wording, clock=True),
        is_in_time=_is_in_time(context),
        contact_url=f"{typed_host(frame.office)}/{wording.language.tag}/contact",
        check_address=check_address(frame.office),
        # A seal twice on one letter would only invite to scan the wrong page.
        seal_qr=build_seal_qr(context.token)
        if isinstance(context, InterimConfirmationLetter) and not is_sheet
        else None,
    )
    return Markup(rendered)  # noqa: S704 the template escaped every value


def typed_host(office: OfficeBlock) -> str:
    """Return the office's address on the net as people type it."""
    return office.base_url.split("://", 1)[-1]


def check_address(office: OfficeBlock) -> str:
    """Return the address to type for checking a confirmation; it stands in no QR code."""
    return f"{typed_host(office)}/pruefen"


def _received(context: LetterContext, wording: Wording, *, clock: bool) -> str:
    if not isinstance(context, ApplicationReceipt):
        return ""
    zone = context.frame.office.time_zone
    if clock:
        return wording.clock_of(context.received_at, zone)
    return wording.day_of(context.received_at, zone)


def _is_in_time(context: LetterContext) -> bool:
    if not isinstance(context, ApplicationReceipt) or context.ends_on is None:
        return False
    zone = ZoneInfo(context.frame.office.time_zone)
    return context.received_at.astimezone(zone).date() <= context.ends_on


def build_html(context: LetterContext, secrets: LetterSecrets | None) -> tuple[str, str]:
    """Return the whole document and its title. Raises MissingSecrets where a code is to be printed."""
    frame = context.frame
    german, other = get_wording("de"), get_wording(frame.locale)
    accesses = _build_accesses(frame, secrets, (german, other)) if has_access_code(context) else {}
    sheet = (
        None if other.is_german else _part(context, other, accesses.get(other.language.tag), is_sheet=True)
    )
    title = {
        InvitationLetter: "Einladung zum Antrag auf Verlängerung",
        ExpiredLetter: "Bitte melden Sie sich bei uns",
        ApplicationReceipt: "Bestätigung: Ihr Antrag ist eingegangen",
        ContactChangedLetter: "Ihre Kontaktdaten wurden geändert",
        InterimConfirmationLetter: "Zwischenbestätigung",
        SlotNewsLetter: "Ihr Termin",
        InterimEndedLetter: "Ihre Zwischenbestätigung gilt nicht mehr",
        PapersMissingLetter: "Uns fehlen noch Unterlagen von Ihnen",
        PaperRejectedLetter: "Bitte geben Sie Unterlagen noch einmal ab",
        ClarificationLetter: "Wir möchten mit Ihnen über Ihren Antrag sprechen",
        CardReadyLetter: "Ihre Karte liegt bereit",
        QuestionAnsweredLetter: "Die Antwort auf Ihre Frage",
    }.get(type(context), "Ihr neuer Zugangscode")
    html = (
        get_html_environment("de")
        .get_template(f"{FOLDER}/layout.html")
        .render(
            letter=context,
            frame=frame,
            title=title,
            german=_part(context, german, accesses.get("de"), is_sheet=False),
            sheet=sheet,
            other=other,
            address=build_address(recipient_lines(frame.recipient)),
            office_lines=_office_lines(frame),
            reply_address=build_address(_office_lines(frame)),
            pointer="" if other.is_german or not other.has(_POINTER) else other.text(_POINTER),
            has_slip=isinstance(context, InvitationLetter | ExpiredLetter),
            counter_german=page_counter(german),
            counter_other=page_counter(other),
            footer=Markup(css_string(f"{frame.office.name} · {frame.file_number}")),  # noqa: S704 as above
            slip=_slip(context, german, other),
        )
    )
    return html, title


def _slip(context: LetterContext, german: Wording, other: Wording) -> Markup:
    """Render the reply slip in German, each line followed by the recipient's language."""
    if not isinstance(context, InvitationLetter | ExpiredLetter):
        return Markup()

    def both(message: str, dates: Mapping[str, date] = MappingProxyType({}), **values: object) -> Markup:
        def filled(wording: Wording) -> Markup:
            return wording.filled(message, **values, **{key: wording.day(day) for key, day in dates.items()})

        if other.is_german or not other.has(message):
            return filled(german)
        return filled(german) + Markup('<span class="also" lang="%s" dir="%s">%s</span>') % (
            other.language.lang,
            other.language.dir,
            filled(other),
        )

    template = get_html_environment("de").get_template(f"{FOLDER}/slip.html")
    rendered = template.render(letter=context, frame=context.frame, both=both, other=other)
    return Markup(rendered)  # noqa: S704 the template escaped every value
