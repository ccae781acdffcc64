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


def build_day_sheet(calendar: Calendar, *, printed_at: datetime) -> bytes:
    """Return the first day of a calendar as a PDF, in German; raises LettersUnavailable."""
    wording = get_wording("de")
    environment = get_html_environment("de").overlay(loader=PackageLoader("servicedesk.staff", "templates"))
    sheet = calendar.days[0]
    wall = local_wall(printed_at, office().zone)
    html = environment.get_template("staff/pdf_day_sheet.html").render(
        calendar=calendar,
        sheet=sheet,
        office=office(),
        day=wording.day(sheet.day),
        wording=wording,
        language_name=language_name,
        counter=page_counter(wording),
        footer=Markup(css_string(f"{office().name} · {wording.figures(sheet.day)}")),  # noqa: S704 a CSS string
        printed=f"{wording.figures(wall.date())}, {wording.clock(wall.time())}",
    )
    pdf, _ = render_pdf(html)
    return pdf
