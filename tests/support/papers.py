"""Files as people give them: photographs, scans, and the broken, hostile and enormous ones."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

from servicedesk.files.values import FileState, Outcome, Reason

HEIC = (Path(__file__).parents[1] / "vectors" / "page.heic").read_bytes()
"""What a telephone of Apple makes: 120 × 160 pixels, drawn for this test."""


def drawing(size=(600, 800), mode="RGB", text="Mietvertrag"):
    """Return a sheet of paper with something on it."""
    image = Image.new(mode, (600, 800), "white")
    pen = ImageDraw.Draw(image)
    for line in range(8):
        pen.text((40, 60 + 40 * line), f"{text} {line}", fill="black")
    pen.rectangle((40, 500, 560, 560), outline="black", width=3)
    return image.resize(size)


def photograph(size=(600, 800), kind="JPEG", **options):
    """Return a photograph of a sheet."""
    made = io.BytesIO()
    drawing(size).save(made, kind, **options)
    return made.getvalue()


def photograph_with_place(orientation=6):
    """Return a photograph that says where it was taken, and which way up it is."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telefon GmbH"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return photograph(exif=exif)


def sheets(pages=2, *, script=False, text="", **options):
    """Return a PDF; `script` makes it want to run something."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    if text:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        for page in document.pages:
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(font)))
            page.Contents = document.make_stream(b"BT /F1 40 Tf 60 700 Td (" + text.encode() + b") Tj ET")
    if script:
        document.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('hallo')")
        )
    made = io.BytesIO()
    document.save(made, **options)
    return made.getvalue()


def locked_sheets():
    """Return a PDF that opens with a password only."""
    return sheets(encryption=pikepdf.Encryption(user="geheim", owner="geheimer"))


def enormous_picture(width=30_000, height=30_000):
    """Return a PNG of a few bytes that claims to be enormous."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + _chunk(b"IEND", b"")
    )


def endless_sheets():
    """Return a PDF of a few kilobytes whose one page takes minutes to draw: a colour that is calculated per point."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    sum_ = b"{ add " + b"dup mul 1 add sqrt " * 4000 + b"pop 0.5 0.5 0.5 }"
    function = document.make_stream(sum_)
    function.FunctionType, function.Domain, function.Range = 4, [0, 600, 0, 850], [0, 1, 0, 1, 0, 1]
    shading = pikepdf.Dictionary(
        ShadingType=1, ColorSpace=pikepdf.Name.DeviceRGB, Domain=[0, 600, 0, 850], Function=function
    )
    page = document.pages[0]
    page.Resources = pikepdf.Dictionary(Shading=pikepdf.Dictionary(S=document.make_indirect(shading)))
    page.Contents = document.make_stream(b"/S sh " * 20)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def archive():
    """Return a ZIP archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("brief.txt", "hallo")
    return made.getvalue()


def two_in_one():
    """Return a photograph that is an archive as well."""
    return photograph() + archive()


def drawn(pages=1, reason=Reason.none):
    """Return what comes of a readable file, without a process that reads it."""
    return Outcome(
        FileState.readable,
        "image/jpeg",
        reason,
        tuple(photograph((60, 80), quality=50 + number) for number in range(pages)),
        photograph((30, 40)),
    )


def _chunk(name, content):
    return struct.pack("!I", len(content)) + name + content + struct.pack("!I", zlib.crc32(name + content))
