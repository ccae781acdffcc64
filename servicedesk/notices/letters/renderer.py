"""From markup to PDF/UA bytes, with nothing fetched but the assets named here.

WeasyPrint is imported lazily: without Pango everything else keeps running.
"""

import gc
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import Any

from servicedesk.notices.letters.errors import ForbiddenFetch, LettersUnavailable
from servicedesk.notices.letters.glyphs import build_glyph_texts, correct_to_unicode

_ASSETS = "asset:"
#: The name a font has in the finished document (family and weight of letter.css) and its file.
_FONTS: Mapping[str, str] = {
    "Letter-Latin": "NotoSans-Regular.ttf",
    "Letter-Latin-Bold": "NotoSans-Bold.ttf",
    "Letter-Arabic": "NotoSansArabic-Regular.ttf",
    "Letter-Arabic-Bold": "NotoSansArabic-Bold.ttf",
    "Letter-Ethiopic": "NotoSansEthiopic-Regular.ttf",
    "Letter-Ethiopic-Bold": "NotoSansEthiopic-Bold.ttf",
}
#: WeasyPrint's font configuration and Pango's font map are not thread-safe.
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A finished letter."""

    pdf: bytes
    page_count: int
    title: str


class AssetFetcher:
    """Serve a fixed table from memory; anything else ends the rendering."""

    #: Read by WeasyPrint: an ordinary exception raised here would be fatal, too.
    _fail_on_errors = True

    def __init__(self, weasyprint: ModuleType, assets: Mapping[str, tuple[str, bytes]]) -> None:
        self._urls = weasyprint.urls
        self._assets = assets
        self.refused: list[str] = []

    def __call__(self, url: str) -> Any:
        asset = self._assets.get(url)
        if asset is None:
            self.refused.append(url[:200])
            raise self._urls.FatalURLFetchingError(f"not an asset of letters: {url[:200]}")
        content_type, body = asset
        return self._urls.URLFetcherResponse(url, body, {"Content-Type": content_type})

    fetch = __call__


@dataclass(frozen=True, slots=True)
class _Engine:
    weasyprint: ModuleType
    fetcher: AssetFetcher
    fonts: Any
    stylesheet: Any
    glyph_texts: Mapping[str, Mapping[int, str]]

    def finish(self, document: Any, pdf: Any) -> None:
        """Correct what WeasyPrint wrote, right before the trailer."""
        correct_to_unicode(pdf.objects, self.glyph_texts)


def _tag_with_language(weasyprint: ModuleType) -> None:
    """Write each element's language into the structure tree, which WeasyPrint leaves out.

    A reader that speaks a German letter with an Arabic sheet needs the language of each part
    (ISO 14289-1, 7.2). The recursion looks itself up in its module, so wrapping it there is enough.
    """
    tags = weasyprint.pdf.tags
    original: Callable[..., Any] = tags._build_box_tree  # noqa: SLF001 no public hook exists
    if getattr(original, "adds_language", False):
        return

    def with_language(box: Any, parent: Any, pdf: Any, *rest: Any) -> Any:
        inner = getattr(box, "_box", box)
        source = getattr(inner, "element", None)
        language = source.get("lang") if source is not None else None
        for element in original(box, parent, pdf, *rest):
            # Boxes without an element of their own, such as body, hand through what is tagged already.
            if language and "Lang" not in element:
                element["Lang"] = f"({language})"
            yield element

    with_language.adds_language = True  # type: ignore[attr-defined]
    tags._build_box_tree = with_language  # noqa: SLF001 same


@cache
def _engine() -> _Engine:
    try:
        import weasyprint  # noqa: PLC0415 needs Pango; the rest of the house does not
        import weasyprint.pdf.tags  # noqa: PLC0415
        import weasyprint.text.fonts  # noqa: PLC0415
        import weasyprint.urls  # noqa: PLC0415
    except (OSError, ImportError) as error:
        raise LettersUnavailable(str(error)) from error
    _tag_with_language(weasyprint)
    package = files("servicedesk.notices")
    files_by_font = {font: (package / "fonts" / name).read_bytes() for font, name in _FONTS.items()}
    assets = {f"{_ASSETS}{_FONTS[font]}": ("font/ttf", body) for font, body in files_by_font.items()}
    fetcher = AssetFetcher(weasyprint, assets)
    fonts = weasyprint.text.fonts.FontConfiguration()
    source = (package / "templates" / "notices" / "letters" / "letter.css").read_text(encoding="utf-8")
    stylesheet = weasyprint.CSS(string=source, font_config=fonts, url_fetcher=fetcher, base_url=_ASSETS)
    glyph_texts = {font: build_glyph_texts(body) for font, body in files_by_font.items()}
    return _Engine(weasyprint, fetcher, fonts, stylesheet, glyph_texts)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the cycle collector for one letter: a quarter of the time went into walking living boxes."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def render_pdf(html: str) -> tuple[bytes, int]:
    """Render a whole HTML document to tagged PDF/UA-1; returns the bytes and the number of pages.

    Raises LettersUnavailable without Pango, ForbiddenFetch when the markup names any resource that is
    not one of the letter fonts.
    """
    with _LOCK:
        engine = _engine()
        with _without_collector():
            return _render(engine, html)


def _render(engine: _Engine, html: str) -> tuple[bytes, int]:
    try:
        engine.fetcher.refused.clear()
        source = engine.weasyprint.HTML(string=html, base_url=_ASSETS, url_fetcher=engine.fetcher)
        document = source.render(
            stylesheets=[engine.stylesheet],
            font_config=engine.fonts,
            presentational_hints=False,
            pdf_variant="pdf/ua-1",
        )
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", finisher=engine.finish)
    except engine.weasyprint.urls.FatalURLFetchingError as error:
        raise ForbiddenFetch(str(error)) from error
    if engine.fetcher.refused:
        # Inside an SVG even fatal errors are swallowed; the picture would just be missing.
        raise ForbiddenFetch(f"not an asset of letters: {engine.fetcher.refused[0]}")
    return pdf, len(document.pages)


def check_available() -> None:
    """Raise LettersUnavailable when letters cannot be made on this machine."""
    with _LOCK:
        _engine()
