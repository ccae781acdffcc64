"""Put a printed checklist together: German and another language side by side, with common numbers and boxes."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from markupsafe import Markup

from servicedesk.notices.codec import decode, encode
from servicedesk.notices.contexts.blocks import Phrase
from servicedesk.notices.contexts.checklists import ChecklistSheet
from servicedesk.notices.letters.pages import FOLDER, css_string, page_counter
from servicedesk.notices.letters.qr import build_qr
from servicedesk.notices.letters.renderer import RenderedLetter, render_pdf
from servicedesk.notices.wording import Wording, german, get_html_environment, get_wording


class Sides:
    """Say a sentence on both sides of a sheet: in German and, where there is one, in the other language."""

    def __init__(self, other: Wording) -> None:
        self.german = get_wording("de")
        self.other = None if other.is_german else other

    def text(
        self, message: str, dates: Mapping[str, date] = MappingProxyType({}), **values: object
    ) -> tuple[Markup, ...]:
        """Return the filled sentence per side; what is not translated stands there in German, marked as such."""
        return tuple(
            wording.filled(message, **values, **{key: wording.day(day) for key, day in dates.items()})
            for wording in self._wordings()
        )

    def phrase(self, phrase: Phrase) -> tuple[Markup, ...]:
        """Return a catalogue text per side."""
        if self.other is None:
            return (Markup.escape(phrase.de),)
        if phrase.translated:
            return (Markup.escape(phrase.de), Markup.escape(phrase.translated))
        return (Markup.escape(phrase.de), german(phrase.de))

    def _wordings(self) -> tuple[Wording, ...]:
        return (self.german,) if self.other is None else (self.german, self.other)


def render_checklists(sheets: Sequence[ChecklistSheet]) -> RenderedLetter:
    """Render one or more lists as one document; raises LettersUnavailable, ForbiddenFetch."""
    html, title = build_checklists_html(sheets)
    pdf, page_count = render_pdf(html)
    return RenderedLetter(pdf=pdf, page_count=page_count, title=title)


def build_checklists_html(sheets: Sequence[ChecklistSheet]) -> tuple[str, str]:
    """Return one document of one or more lists, and its title; each list begins on a page of its own."""
    clean = tuple(decode(ChecklistSheet, encode(sheet)) for sheet in sheets)
    environment = get_html_environment("de")
    title = f"Checkliste: {clean[0].concern.de}" if len(clean) == 1 else "Checklisten"
    html = environment.get_template(f"{FOLDER}/checklists.html").render(
        title=title,
        office=clean[0].office,
        counter=page_counter(get_wording("de")),
        has_one=len(clean) == 1,
        has_draft=any(sheet.is_draft for sheet in clean),
        footer=Markup(css_string(_footer(clean[0]))) if len(clean) == 1 else "",  # noqa: S704 a CSS string
        lists=[Markup(_list(sheet, number)) for number, sheet in enumerate(clean)],  # noqa: S704 escaped there
    )
    return html, title


def _list(sheet: ChecklistSheet, number: int) -> str:
    other = get_wording(sheet.locale)
    template = get_html_environment("de").get_template(f"{FOLDER}/checklist.html")
    return template.render(
        sheet=sheet,
        number=number,
        sides=Sides(other),
        other=other,
        qr=build_qr(sheet.url),
        printed=get_wording("de").figures(sheet.printed_on),
    )


def _footer(sheet: ChecklistSheet) -> str:
    subject = f" · {sheet.file_number}" if sheet.is_of_case else ""
    return f"{sheet.office.name}{subject}"
