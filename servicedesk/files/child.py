"""Be the process that opens one file of a stranger: `python -I -m servicedesk.files.child`.

It reads the file from standard input and writes its pages to standard output. Before it looks at the first byte it
gives up whatever it does not need: memory, time, room on the disk, the network, the file system. What it cannot give
up on this system it reports. Nothing else in the product imports a parser of pictures or PDFs.
"""

import ctypes
import io
import json
import os
import resource
import sys
from contextlib import suppress
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageOps, UnidentifiedImageError

from servicedesk.files.kinds import HEIC, JPEG, PDF, PNG, has_other_ending, is_two_things
from servicedesk.files.values import Reason

try:
    import pi_heif
except ImportError:  # an operator may do without it (ADR 0033)
    pi_heif = None

MEMORY_BYTES = 1024 * 1024 * 1024
OUTPUT_BYTES = 96 * 1024 * 1024
MOST_PIXELS = 110_000_000
"""Above what telephones make; a picture of 30,000 × 30,000 is not decoded at all."""

_LONG_SIDE = 2200  # of a page in pixels: small print of an A4 page can be read
_SMALL_SIDE = 240
_QUALITY = 80
_MOST_DPI = 300
_TAIL = 2048
_NEW_USER, _NEW_NET, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_NO_NEW_PRIVILEGES = 38
_FORMATS = {JPEG: ("JPEG", "MPO"), PNG: ("PNG",), HEIC: ("HEIF",)}
_ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/GoToR", "/GoToE"}


class _Refused(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def main() -> None:
    """Read one file and tell what it is."""
    order = json.loads(sys.argv[1])
    _limit(int(order["seconds"]))
    confined = _confine()
    content = sys.stdin.buffer.read()
    pages: list[bytes] = []
    thumbnail, note = b"", Reason.none
    try:
        pages, thumbnail, note = _read(content, order["media_type"], order["name"], int(order["max_pages"]))
        reason = Reason.none
    except _Refused as fault:
        reason = fault.reason
    except MemoryError:
        reason = Reason.too_complex
    parts = [*pages, thumbnail]
    head = {
        "reason": reason.value,
        "note": note.value,
        "lengths": [len(part) for part in parts],
        "confined": confined,
    }
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _limit(seconds: int) -> None:
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(kind, (value, value))


def _confine() -> list[str]:
    """Leave network and file system where the system allows it; return what was left."""
    # What is loaded lazily must be there before the file system is gone.
    Image.init()
    if pi_heif is not None:
        pi_heif.register_heif_opener()
    pypdfium2.PdfDocument.new().close()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    left = []
    if libc.unshare(_NEW_USER | _NEW_NET | _NEW_IPC) == 0 or libc.unshare(_NEW_NET | _NEW_IPC) == 0:
        left.append("network")
    with suppress(OSError):
        os.chroot(".")  # the empty folder in which we were started
        os.chdir("/")
        left.append("files")
    return left


def _read(content: bytes, media_type: str, name: str, max_pages: int) -> tuple[list[bytes], bytes, Reason]:
    if is_two_things(content, media_type):
        raise _Refused(Reason.two_kinds)
    note = Reason.other_kind if has_other_ending(name, media_type) else Reason.none
    if media_type == PDF:
        pictures = _draw_pdf(content, max_pages)
        note = Reason.active_content if _has_active_content(content) else note
    else:
        pictures = [_draw_image(content, media_type)]
    first = pictures[0].copy()
    first.thumbnail((_SMALL_SIDE, _SMALL_SIDE))
    return [_jpeg(picture) for picture in pictures], _jpeg(first), note


def _draw_image(content: bytes, media_type: str) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # our own limit, with its own sentence
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS[media_type]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _Refused(Reason.too_many_pixels)
            if media_type == JPEG:
                image.draft("RGB", (_LONG_SIDE, _LONG_SIDE))
            image.load()
            return _flat(ImageOps.exif_transpose(image))
    except (_Refused, MemoryError):
        raise
    except (OSError, EOFError, SyntaxError, ValueError, RuntimeError, UnidentifiedImageError) as fault:
        is_cut = "truncat" in str(fault).lower() or _lacks_end(content, media_type)
        raise _Refused(Reason.truncated if is_cut else Reason.broken) from fault


def _lacks_end(content: bytes, media_type: str) -> bool:
    ends = {JPEG: b"\xff\xd9", PNG: b"IEND"}
    return media_type in ends and ends[media_type] not in content[-_TAIL:]


def _flat(image: Image.Image) -> Image.Image:
    """Return the picture on white paper, without anything but its colours, no longer than a page needs."""
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode not in {"RGB", "L"}:
        image.thumbnail((_LONG_SIDE, _LONG_SIDE))
        layer = image.convert("RGBA") if "A" in image.getbands() or "transparency" in image.info else None
        if layer is None:
            image = image.convert("RGB")
        else:
            image = Image.new("RGB", layer.size, "white")
            image.paste(layer, mask=layer.getchannel("A"))
    image.thumbnail((_LONG_SIDE, _LONG_SIDE))
    return image.convert("RGB")


def _draw_pdf(content: bytes, max_pages: int) -> list[Image.Image]:
    is_cut = b"%%EOF" not in content[-_TAIL:]
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as fault:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD:
            raise _Refused(Reason.password) from fault
        raise _Refused(Reason.truncated if is_cut else Reason.broken) from fault
    if is_cut:
        raise _Refused(Reason.truncated)
    if document.get_formtype() in {pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND}:
        raise _Refused(Reason.dynamic_form)
    if len(document) > max_pages:
        raise _Refused(Reason.too_many_pages)
    if not len(document):
        raise _Refused(Reason.broken)
    document.init_forms()
    try:
        return [_draw_page(document[number]) for number in range(len(document))]
    except (pypdfium2.PdfiumError, ValueError) as fault:
        raise _Refused(Reason.broken) from fault


def _draw_page(page: Any) -> Image.Image:
    longest = max(*page.get_size(), 1.0)
    picture: Image.Image = page.render(scale=min(_MOST_DPI / 72, _LONG_SIDE / longest)).to_pil()
    page.close()
    return picture.convert("RGB")


def _has_active_content(content: bytes) -> bool:
    """Tell whether a PDF wants to do something; it cannot, but people should know."""
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            return "/JavaScript" in document.Root.get("/Names", {}) or any(
                isinstance(one, pikepdf.Dictionary) and str(one.get("/S", "")) in _ACTIVE_ACTIONS
                for one in _dictionaries(document)
            )
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        return False


def _dictionaries(document: pikepdf.Pdf) -> Any:
    """Yield what may hold an action: every object, and what stands directly inside a dictionary."""
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary):
            yield one
            for key in ("/OpenAction", "/A", "/AA"):
                inner = one.get(key)
                if isinstance(inner, pikepdf.Dictionary):
                    yield inner
                    yield from inner.values() if key == "/AA" else ()


def _jpeg(picture: Image.Image) -> bytes:
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=_QUALITY, optimize=False)
    return made.getvalue()


if __name__ == "__main__":
    main()
