"""Read finished letters back: where a text stands, in which order it is read, what its tags say."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pikepdf
import pypdf
import pypdfium2

MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Place:
    """A box in millimetres from the page's top left corner."""

    left: float
    top: float
    right: float
    bottom: float


def find_text(pdf: bytes, page_number: int, text: str) -> Place:
    """Return where a text stands on a page (1 = first); raises LookupError when it does not."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[page_number - 1]
    height = page.get_height()
    textpage = page.get_textpage()
    found = textpage.search(text, match_case=True).get_next()
    if found is None:
        raise LookupError(f"{text!r} is not on page {page_number}")
    index, count = found
    boxes = [textpage.get_charbox(i, loose=True) for i in range(index, index + count)]
    boxes = [box for box in boxes if box[2] > box[0]]
    return Place(
        left=min(box[0] for box in boxes) * MM_PER_POINT,
        right=max(box[2] for box in boxes) * MM_PER_POINT,
        top=(height - max(box[3] for box in boxes)) * MM_PER_POINT,
        bottom=(height - min(box[1] for box in boxes)) * MM_PER_POINT,
    )


def page_texts(pdf: bytes) -> list[str]:
    """Return every page's text in content order, white space folded."""
    reader = pypdf.PdfReader(BytesIO(pdf))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def read_structure(pdf: bytes) -> list[tuple[int, str, str, str]]:
    """Return the structure tree as (depth, tag, language or "", alternative text or ""), in reading order."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return list(_walk(opened.Root.StructTreeRoot.K, 0))


def _walk(node: object, depth: int) -> Iterator[tuple[int, str, str, str]]:
    if isinstance(node, pikepdf.Array):
        for item in node:
            yield from _walk(item, depth)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield depth, str(node.S), str(node.get("/Lang", "")), str(node.get("/Alt", ""))
        if "/K" in node:
            yield from _walk(node.K, depth + 1)


def list_fonts(pdf: bytes) -> dict[str, bool]:
    """Return every font's name, without its subset tag, and whether it is embedded."""
    fonts: dict[str, bool] = {}
    with pikepdf.open(BytesIO(pdf)) as opened:
        for item in opened.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                name = str(item.FontName).removeprefix("/").split("+", 1)[-1]
                fonts[name] = any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return fonts
