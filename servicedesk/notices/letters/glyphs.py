"""Tell a PDF reader which character each glyph stands for.

WeasyPrint derives a glyph's text from the cluster in which it first saw the glyph. In Arabic, a vowel
mark and its letter are one cluster: the mark then claims both characters and the letter none, which
PDF/UA forbids and which scrambles copied and spoken text. The fonts themselves know better.
"""

import re
import unicodedata
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

#: Ignorable by every reader; for a glyph of which neither the font nor WeasyPrint knows a character.
_NOTHING_TO_READ = "\u034f"
_ENTRY = re.compile(rb"^<([0-9a-f]{4})> <([0-9a-f]*)>$")


def _is_presentation_form(code_point: int) -> bool:
    return 0xFB00 <= code_point <= 0xFDFF or 0xFE70 <= code_point <= 0xFEFF


def build_glyph_texts(font: bytes) -> dict[int, str]:
    """Map glyph numbers to characters by the font's own table; contextual forms give their letters."""
    with TTFont(BytesIO(font), lazy=True) as opened:
        names = opened["cmap"].buildReversed()
        texts: dict[int, str] = {}
        for name, code_points in names.items():
            code_point = min(code_points, key=lambda c: (_is_presentation_form(c), c))
            text = chr(code_point)
            if _is_presentation_form(code_point):
                text = unicodedata.normalize("NFKC", text).strip()
            if text:
                texts[opened.getGlyphID(name)] = text
        return texts


def _corrected(line: bytes, texts: Mapping[int, str]) -> bytes:
    entry = _ENTRY.match(line)
    if entry is None:
        return line
    known = texts.get(int(entry[1], 16))
    if known is None and entry[2]:
        return line
    text = known or _NOTHING_TO_READ
    return b"<" + entry[1] + b"> <" + text.encode("utf-16-be").hex().encode() + b">"


def correct_to_unicode(objects: list[Any], fonts: Mapping[str, Mapping[int, str]]) -> None:
    """Correct the ToUnicode tables of a finished document in place.

    `objects` are the PDF's objects by number; `fonts` maps the family and weight in a base font's name
    (`Letter-Arabic-Bold`) to its glyphs' characters.
    """
    for item in objects:
        if not isinstance(item, dict) or item.get("Type") != "/Font" or "ToUnicode" not in item:
            continue
        name = item["BaseFont"].decode().split("+", 1)[-1]
        texts = fonts.get(name)
        if texts is None:
            continue
        table = objects[int(item["ToUnicode"].split()[0])]
        table.stream = [_corrected(line, texts) for line in table.stream]
