"""Print the receipt for papers that came on paper: German, and the person's language behind it."""

from dataclasses import dataclass
from datetime import date

from jinja2 import PackageLoader
from markupsafe import Markup

from servicedesk.cases.frames import choose_locale
from servicedesk.cases.queries.intakes import IntakeView
from servicedesk.notices.letters.pages import css_string, page_counter
from servicedesk.notices.letters.renderer import render_pdf
from servicedesk.notices.wording import get_html_environment, get_wording
from servicedesk.staff.case_file import CaseFile
from servicedesk.web.runtime import office

TITLE = "Empfangsbestätigung für Unterlagen"

_HEAD = Markup(
    '<!doctype html><html lang="de" dir="ltr"><head><meta charset="utf-8"><title>%s</title>'
    '<meta name="author" content="%s"><style>@page :first { margin-top: 20mm !important }'
    " @page { @bottom-left { content: %s } @bottom-right { content: %s } }</style></head><body>"
)
_TAIL = Markup("</body></html>")


@dataclass(frozen=True, slots=True)
class Receipt:
    """Be what the sheet says; `papers` are German names, some of them in the office's own translation."""

    file: CaseFile
    intake: IntakeView
    papers: tuple[str, ...]
    issued_on: date


def build_receipt_sheet(receipt: Receipt) -> bytes:
    """Return the receipt as a PDF; raises LettersUnavailable."""
    german = get_wording("de")
    tag = choose_locale(receipt.file.case.person.language, office().languages)
    parts = [_part(one, receipt) for one in dict.fromkeys(("de", tag))]
    footer = Markup(css_string(f"{office().name} · {receipt.file.case.person.file_number}"))  # noqa: S704 a CSS string
    head = _HEAD % (TITLE, office().name, footer, page_counter(german))
    pdf, _ = render_pdf(str(Markup("\n").join([head, *parts, _TAIL])))
    return pdf


def _part(tag: str, receipt: Receipt) -> Markup:
    wording = get_wording(tag)
    environment = get_html_environment(tag).overlay(loader=PackageLoader("servicedesk.staff", "templates"))
    person = receipt.file.case.person
    own = receipt.file.case.checklist.catalogue.texts.get(tag, {})
    rendered = environment.get_template("staff/pdf_intake.html").render(
        receipt=receipt,
        papers=[(name, own.get(name, "")) for name in receipt.papers],
        full_name=f"{person.given_names} {person.family_name}".strip(),
        person=person,
        office=office(),
        received_day=wording.day_of(receipt.intake.received_at, office().zone.key),
        received_clock=wording.clock_of(receipt.intake.received_at, office().zone.key),
        issued_day=wording.day(receipt.issued_on),
        is_sheet=not wording.is_german,
        is_machine_translated=office().is_machine_translated(tag),
        language=wording.language,
    )
    return Markup(rendered)  # noqa: S704 the template escaped every value
