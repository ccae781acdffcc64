"""Print a day of the calendar on A4, in the classes of the letters."""

from datetime import datetime

from jinja2 import PackageLoader
from markupsafe import Markup

from servicedesk.kernel.clock import local_wall
from servicedesk.notices.letters.pages import css_string, page_counter
from servicedesk.notices.letters.renderer import render_pdf
from servicedesk.notices.wording import get_html_environment, get_wording
from servicedesk.staff.day_sheets import Calendar
from servicedesk.staff.wording import language_name
from servicedesk.web.runtime import office

_HEAD = """<!doctype html><html lang="de" dir="ltr"><head><meta charset="utf-8"><title>%(title)s</title>
<meta name="author" content="%(author)s"><style>
@page { margin: 15mm 15mm 18mm 20mm; @bottom-left { content: %(footer)s } @bottom-right { content: %(counter)s } }
@page :first { margin-top: 15mm !important }
h1 { font-size: 17pt; margin: 0 0 1mm }
.facts { font-size: 9pt; margin-bottom: 3mm }
.day { list-style: none; margin: 0; padding: 0; border-bottom: .6pt solid #000 }
.day li { display: flex; break-inside: avoid; border-top: .6pt solid #000; padding: 1.6mm 0; margin: 0 }
.day .time { width: 27mm; font-size: 19pt; line-height: 1.1; font-weight: 700 }
.day .who { width: 80mm }
.day .name { font-size: 12pt; font-weight: 700; display: block }
.day .state { width: 52mm; font-size: 10pt }
.day .box { display: inline-block; width: 4mm; height: 4mm; border: .9pt solid #000; margin-right: 1.5mm }
.day .second { margin-left: 5mm }
.day .small { font-size: 9pt; display: block }
</style></head><body>
"""
_TAIL = "</body></html>"


def build_day_sheet(calendar: Calendar, *, printed_at: datetime) -> bytes:
    """Return the first day of a calendar as a PDF, in German; raises LettersUnavailable."""
    wording = get_wording("de")
    environment = get_html_environment("de").overlay(loader=PackageLoader("servicedesk.staff", "templates"))
    sheet = calendar.days[0]
    wall = local_wall(printed_at, office().zone)
    body = environment.get_template("staff/pdf_day_sheet.html").render(
        calendar=calendar,
        sheet=sheet,
        office=office(),
        day=wording.day(sheet.day),
        wording=wording,
        language_name=language_name,
        printed=f"{wording.figures(wall.date())}, {wording.clock(wall.time())}",
    )
    head = Markup(_HEAD) % {  # noqa: S704 our own text; what is filled in is escaped here
        "title": f"Tagesblatt {wording.day(sheet.day)}",
        "author": office().name,
        "footer": Markup(css_string(f"{office().name} · {wording.figures(sheet.day)}")),  # noqa: S704 a CSS string
        "counter": page_counter(wording),
    }
    pdf, _ = render_pdf(f"{head}{body}{_TAIL}")
    return pdf
