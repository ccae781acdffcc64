"""Put an information sheet together: German, then another language; made for a counter, a page and a printer."""

from markupsafe import Markup

from servicedesk.notices.codec import decode, encode
from servicedesk.notices.contexts import InterimSheet, SheetKind
from servicedesk.notices.letters.pages import FOLDER, check_address, css_string, page_counter
from servicedesk.notices.wording import Wording, get_html_environment, get_wording

TITLES = {
    SheetKind.EMPLOYER: "Merkblatt für Arbeitgeber zur Zwischenbestätigung",
    SheetKind.BENEFITS: "Merkblatt für Jobcenter und Sozialamt zur Zwischenbestätigung",
}


def build_sheet_html(sheet: InterimSheet) -> tuple[str, str]:
    """Return the whole document and its title."""
    clean = decode(InterimSheet, encode(sheet))
    german, other = get_wording("de"), get_wording(clean.locale)
    title = TITLES[clean.kind]
    html = (
        get_html_environment("de")
        .get_template(f"{FOLDER}/sheet_layout.html")
        .render(
            sheet=clean,
            title=title,
            german=_part(clean, german),
            translated=None if other.is_german else _part(clean, other),
            other=other,
            counter_german=page_counter(german),
            counter_other=page_counter(other),
            footer=Markup(css_string(clean.office.name)),  # noqa: S704 every odd character is escaped
        )
    )
    return html, title


def _part(sheet: InterimSheet, wording: Wording) -> Markup:
    template = get_html_environment(wording.language.tag).get_template(f"{FOLDER}/{sheet.kind.value}.html")
    rendered = template.render(
        sheet=sheet, check_address=check_address(sheet.office), is_translation=not wording.is_german
    )
    return Markup(rendered)  # noqa: S704 the template escaped every value
