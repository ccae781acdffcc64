"""Photos of a letter as phones take them: askew, dark, half in shadow, from far away; drawn, so always the same."""

import random
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from servicedesk.notices.letters.qr import SEAL_MODULE_MM, build_seal_qr

DPI = 300
_FONT = Path(__file__).parents[2] / "servicedesk/notices/fonts/NotoSans-Regular.ttf"
_SHEET_MM = (170, 130)
_GREY_DESK = 96


def _pixels(millimetres):
    return round(millimetres / 25.4 * DPI)


def draw_square(code):
    """Return the square of a `QrCode`, one pixel a module, read from the very path that letters print."""
    image = Image.new("L", (code.size, code.size), 255)
    pen = ImageDraw.Draw(image)
    for stroke in code.path.split("M")[1:]:
        place, width = stroke.split("h")
        x, y = place.split(" ")
        row = int(float(y))
        pen.line([(int(x), row), (int(x) + int(width) - 1, row)], fill=0)
    return image


@lru_cache(maxsize=8)
def draw_sheet(*tokens, lines=("Zwischenbestätigung", "Name: Amina Çelik", "Geburtsdatum: 17.05.1990")):
    """Return a printed sheet with the squares of some seals, and the box of the first in pixels."""
    sheet = Image.new("L", tuple(_pixels(side) for side in _SHEET_MM), 246)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(str(_FONT), 42)
    for number, line in enumerate(lines * 5):
        pen.text((90, 90 + 80 * number), line, font=font, fill=25)
    box = None
    for number, token in enumerate(tokens):
        code = build_seal_qr(token)
        side = _pixels(code.size * SEAL_MODULE_MM)
        left, top = sheet.width - side - 130, 130 + number * (side + 160)
        sheet.paste(draw_square(code).resize((side, side), Image.Resampling.NEAREST), (left, top))
        box = box or (left, top, side)
    # Toner spreads a little.
    return sheet.filter(ImageFilter.GaussianBlur(1)), box


def take(
    *tokens,
    size=(1600, 1200),
    share=0.45,
    angle=4,
    tilt=0.05,
    blur=0.8,
    light=1.0,
    shadow=None,
    grain=6,
    stains=0,
):
    """Return a photo of a sheet.

    `share` is the width of the first square in widths of the photo; `tilt` how much nearer the lower edge is;
    `shadow` the light left in the left half; `stains` the part of the square that coffee covers, its corners aside.
    """
    sheet, (left, top, side) = draw_sheet(*tokens)
    if stains:
        sheet = _stained(sheet, left, top, side, stains)
    scale = share * size[0] / side
    if scale < 0.7:  # a lens averages what it makes small
        sheet = sheet.resize((round(sheet.width * scale), round(sheet.height * scale)), Image.Resampling.BOX)
        left, top, side, scale = left * scale, top * scale, side * scale, 1.0
    centre = (left + side / 2, top + side / 2)
    photo = _seen(sheet, size, scale, centre, angle, tilt).filter(ImageFilter.GaussianBlur(blur))
    if shadow is not None:
        photo = ImageChops.multiply(photo, _half_shadow(size, shadow))
    if light != 1:
        photo = photo.point(lambda value: int(value * light))
    if grain:
        noise = Image.new("L", (256, 256))
        source = random.Random(1)
        noise.putdata([min(255, max(0, round(source.gauss(128, grain)))) for _ in range(256 * 256)])
        tiled = Image.new("L", size)
        for y in range(0, size[1], 256):
            for x in range(0, size[0], 256):
                tiled.paste(noise, (x, y))
        photo = ImageChops.add(photo, tiled, 1, -128)
    return photo


def _seen(sheet, size, scale, centre, angle, tilt):
    """Look at the sheet: turned about the square's centre, scaled, and its lower edge nearer by `tilt`."""
    margin = max(sheet.size)
    desk = Image.new("L", (sheet.width + 2 * margin, sheet.height + 2 * margin), _GREY_DESK)
    desk.paste(sheet, (margin, margin))
    centre = (centre[0] + margin, centre[1] + margin)
    desk = desk.rotate(-angle, Image.Resampling.BICUBIC, center=centre, fillcolor=_GREY_DESK)
    width, height = size
    # One over the distance grows evenly from the upper edge to the lower: a camera held at an angle.
    k, slope, far = 1 / scale, 2 * tilt / height, 1 - tilt
    lens = (
        k,
        centre[0] * slope,
        centre[0] * far - width / 2 * k,
        0,
        centre[1] * slope + k,
        centre[1] * far - height / 2 * k,
        0,
        slope,
    )
    lens = [part / far for part in lens]
    return desk.transform(size, Image.Transform.PERSPECTIVE, lens, Image.Resampling.BICUBIC)


def _half_shadow(size, light):
    mask = Image.new("L", (size[0] // 4, size[1] // 4), 255)
    width, height = mask.size
    ImageDraw.Draw(mask).polygon(
        [(0, 0), (width * 0.55, 0), (width * 0.42, height), (0, height)], fill=round(255 * light)
    )
    return mask.filter(ImageFilter.GaussianBlur(4)).resize(size)


def _stained(sheet, left, top, side, part):
    stained, source, covered = sheet.copy(), random.Random(2), 0.0
    pen, corner = ImageDraw.Draw(stained), 0.16 * side
    while covered < part * side * side:
        wide = source.uniform(0.05, 0.12) * side
        x, y = source.uniform(0, side - wide), source.uniform(0, side - wide)
        if (x < corner or x + wide > side - corner) and (y < corner or y + wide > side - corner):
            continue
        pen.ellipse((left + x, top + y, left + x + wide, top + y + wide), fill=source.choice((60, 170)))
        covered += 0.785 * wide * wide
    return stained
