"""Draw a QR code as one SVG path, sharp at any size and without a file."""

from dataclasses import dataclass

import segno


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code without quiet zone, `size` modules wide.

    `path` is SVG path data of horizontal strokes, one module thick: half the commands of filled boxes,
    and drawing them is what costs.
    """

    size: int
    path: str


def build_qr(text: str) -> QrCode:
    """Draw `text`; error correction M survives a fold across the code."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
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
