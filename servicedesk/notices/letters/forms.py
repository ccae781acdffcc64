"""Put a printed form together: labels in German and another language side by side, answers below both."""

from markupsafe import Markup

from servicedesk.notices.codec import decode, encode
from servicedesk.notices.contexts.forms import FormSheet
from servicedesk.notices.letters.checklists import Sides
from servicedesk.notices.letters.pages import FOLDER, css_string, page_counter
from servicedesk.notices.letters.renderer import RenderedLetter, render_pdf
from servicedesk.notices.wording import get_html_environment, get_wording


def render_form(sheet: FormSheet) -> RenderedLetter:
    """Render one form; raises LettersUnavailable, ForbiddenFetch."""
    html, title = build_form_html(sheet)
    pdf, page_count = render_pdf(html)
    return RenderedLetter(pdf=pdf, page_count=page_count, title=title)


def build_form_html(sheet: FormSheet) -> tuple[str, str]:
    """Return the whole document and its title."""
    clean = decode(FormSheet, encode(sheet))
    wording, other = get_wording("de"), get_wording(clean.locale)
    subject = f" · {clean.subject}" if clean.subject else ""
    arrival = clean.arrival
    html = (
        get_html_environment("de")
        .get_template(f"{FOLDER}/form.html")
        .render(
            sheet=clean,
            title=clean.name.de,
            other=other,
            sides=Sides(other),
            printed=wording.figures(clean.printed_on),
            arrived_on=wording.day_of(arrival.received_at, clean.office.time_zone) if arrival else "",
            arrived_at=wording.clock_of(arrival.received_at, clean.office.time_zone) if arrival else "",
            counter=page_counter(wording),
            footer=Markup(css_string(f"{clean.office.name}{subject}")),  # noqa: S704 a CSS string
        )
    )
    return html, clean.name.de
