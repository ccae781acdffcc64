"""Make the files a person may take along: the receipt, the appointment's sheet, the calendar file."""

from dataclasses import replace

from flask import make_response, url_for
from jinja2 import PackageLoader
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.booking.queries import AppointmentView
from servicedesk.cases.frames import choose_locale, learn_sender, open_letter_desk
from servicedesk.cases.queries.resident import ResidentReceipt, ResidentView
from servicedesk.cases.rules import Channel
from servicedesk.kernel.clock import local_day
from servicedesk.notices.calendars import build_download
from servicedesk.notices.contexts import (
    ApplicationReceipt,
    AppointmentFacts,
    Phrase,
    ReceiptChannel,
    TitleForm,
)
from servicedesk.notices.letters.renderer import render_pdf
from servicedesk.notices.wording import get_html_environment, get_wording
from servicedesk.portal.journey import CasePage
from servicedesk.portal.places import Place
from servicedesk.web.locale import gettext
from servicedesk.web.runtime import language, now, office, runtime

_CHANNELS = {
    Channel.web: ReceiptChannel.WEB,
    Channel.slip: ReceiptChannel.REPLY_SLIP,
    Channel.counter: ReceiptChannel.COUNTER,
    Channel.post: ReceiptChannel.POST,
    Channel.email: ReceiptChannel.EMAIL,
    Channel.contact: ReceiptChannel.CONTACT_FORM,
}


def attach(content: bytes, media_type: str, name: str) -> Response:
    """Return a file for the person's own device."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def build_receipt(session: Session, view: ResidentView, receipt: ResidentReceipt) -> ApplicationReceipt:
    """Return what the receipt of the application says; it is the sheet that the office would post, too."""
    desk = open_letter_desk(session, office(), runtime().settings.public_url)
    learn_sender(session, desk, view.team_id, view.owner_id)
    # The address may be newer than the letter whose code was typed; the sheet is handed out without one.
    known_to_reader = replace(view.addressee, street="", house_number="", postcode="", town="")
    frame = desk.frame(known_to_reader, view.team_id, view.owner_id, local_day(now(), office().zone))
    translated = gettext(view.concern.name)
    return ApplicationReceipt(
        frame=frame,
        concern=Phrase(view.concern.name, "" if translated == view.concern.name else translated),
        title_form=TitleForm(view.concern.title_form.value),
        ends_on=view.ends_on,
        received_at=receipt.received_at,
        channel=_CHANNELS[receipt.channel],
        has_continuation_effect=view.has_continuation_effect,
    )


def build_calendar_file(
    session: Session, appointment: AppointmentView, place: Place, *, is_cancelled: bool = False
) -> bytes:
    """Return the appointment for the person's own calendar; it tells no purpose."""
    block = open_letter_desk(session, office(), runtime().settings.public_url).block
    facts = AppointmentFacts(
        uid=appointment.uid,
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        place=place.desk,
        manage_url=block.base_url + url_for("portal_code.code"),
    )
    return build_download(block, facts, language().tag, now(), is_cancelled=is_cancelled)


def build_appointment_sheet(page: CasePage, appointment: AppointmentView, place: Place) -> bytes:
    """Return the appointment in German and the page's language; raises LettersUnavailable."""
    tag = choose_locale(language().tag, office().languages)
    parts = [_sheet_part(one, page, appointment, place) for one in dict.fromkeys(("de", tag))]
    pdf, _ = render_pdf(str(Markup("\n").join([_HEAD % office().name, *parts, _TAIL])))
    return pdf


_HEAD = Markup(
    '<!doctype html><html lang="de" dir="ltr"><head><meta charset="utf-8"><title>Ihr Termin</title>'
    '<meta name="author" content="%s"><style>@page :first { margin-top: 20mm !important }</style></head><body>'
)
_TAIL = Markup("</body></html>")


def _sheet_part(tag: str, page: CasePage, appointment: AppointmentView, place: Place) -> Markup:
    wording = get_wording(tag)
    environment = get_html_environment(tag).overlay(loader=PackageLoader("servicedesk.portal", "templates"))
    rendered = environment.get_template("portal/pdf_appointment.html").render(
        page=page,
        appointment=appointment,
        place=place,
        office=office(),
        zone=office().zone,
        is_sheet=not wording.is_german,
        language=wording.language,
    )
    return Markup(rendered)  # noqa: S704 the template escaped every value
