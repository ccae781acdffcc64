"""Draw a QR code as one SVG path, sharp at any size and without a file."""

from dataclasses import dataclass

import segno

SEAL_MODULE_MM = 0.5
"""Width of one module of a seal on paper; an office printer draws it with six dots."""

_MOST_VERSION_Q = 24
_MOST_VERSION_M = 30


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code without quiet zone, `size` modules wide.

    `path` is SVG path data of horizontal strokes, one module thick: half the commands of filled boxes,
    and drawing them is what costs.
    """

    size: int
    path: str


@dataclass(frozen=True, slots=True)
class SealQr(QrCode):
    """The square of a seal: `width_mm` gives every module the size that a camera needs, `error` is its level."""

    error: str
    width_mm: float


def build_qr(text: str) -> QrCode:
    """Draw `text`; error correction M survives a fold across the code."""
    return _draw(segno.make(text, error="m", micro=False, boost_error=False))


def build_seal_qr(token: str) -> SealQr:
    """Draw the seal of an interim confirmation, to be printed at its own width.

    Error correction Q as long as the square stays below 57 mm: with it a tenth of the square may be stained; M for
    the rare long texts, which is what an ordinary code has. Raises ValueError for a text longer than a seal can be.
    """
    try:
        code = segno.make(token, error="q", micro=False, boost_error=False)
        if int(code.version) > _MOST_VERSION_Q:
            code = segno.make(token, error="m", micro=False, boost_error=False)
    except segno.DataOverflowError:
        raise ValueError("longer than a seal can be") from None
    if int(code.version) > _MOST_VERSION_M or code.mode != "alphanumeric":
        raise ValueError("no seal, or longer than one can be")
    drawn = _draw(code)
    return SealQr(
        size=drawn.size, path=drawn.path, error=str(code.error), width_mm=drawn.size * SEAL_MODULE_MM
    )


def _draw(code: segno.QRCode) -> QrCode:
    rows = [bytes(row) for row in code.matrix]
    runs: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            end = x
            while end < len(row) and row[end]:
                end += 1
            runs.append(f"M{x} {y}.5h{end - x}")
            x = end
    return QrCode(size=len(rows), path="".join(runs))
