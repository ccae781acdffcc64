"""Letters as tagged PDF."""

from servicedesk.notices.codec import UnreadableContext
from servicedesk.notices.contexts import InterimSheet, LetterContext, LetterSecrets, cleaned
from servicedesk.notices.letters.errors import ForbiddenFetch, LettersUnavailable, MissingSecrets
from servicedesk.notices.letters.pages import build_html
from servicedesk.notices.letters.renderer import RenderedLetter, check_available, render_pdf
from servicedesk.notices.letters.sheets import build_sheet_html

__all__ = [
    "ForbiddenFetch",
    "LettersUnavailable",
    "MissingSecrets",
    "RenderedLetter",
    "check_available",
    "render_letter",
    "render_sheet",
]


def render_letter(context: LetterContext, secrets: LetterSecrets | None = None) -> RenderedLetter:
    """Render one letter in German and the recipient's language.

    `secrets` is required where has_access_code(context) is true. Raises LettersUnavailable without
    Pango, MissingSecrets, ForbiddenFetch. Takes 0.1 to 0.5 s; one letter at a time per process.
    """
    clean = cleaned(context)
    if not isinstance(clean, LetterContext):
        raise UnreadableContext(f"{context.KIND} is no letter")
    html, title = build_html(clean, secrets)
    pdf, page_count = render_pdf(html)
    return RenderedLetter(pdf=pdf, page_count=page_count, title=title)


def render_sheet(sheet: InterimSheet) -> RenderedLetter:
    """Render an information sheet in German and its language; raises LettersUnavailable, ForbiddenFetch."""
    html, title = build_sheet_html(sheet)
    pdf, page_count = render_pdf(html)
    return RenderedLetter(pdf=pdf, page_count=page_count, title=title)
