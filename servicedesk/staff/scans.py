"""Tell what a scan is by its first bytes; its name and the browser's word do not count."""

from collections.abc import Mapping

MOST_BYTES = 8 * 1024 * 1024

_SIGNS: Mapping[bytes, tuple[str, str]] = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
ACCEPTED = tuple(media_type for media_type, _ in _SIGNS.values())
_ENDINGS = dict(_SIGNS.values()) | {"text/plain": "txt"}


def sniff(content: bytes) -> str | None:
    """Return the media type of a PDF, JPEG or PNG, None for anything else."""
    return next((kind for sign, (kind, _) in _SIGNS.items() if content.startswith(sign)), None)


def ending_of(media_type: str) -> str:
    """Return the file name's ending of a kept proof."""
    return _ENDINGS.get(media_type, "bin")
