"""Tell what a file is by its bytes; its name and the browser's word do not count."""

import io
import zipfile
from collections.abc import Mapping

import filetype

PDF, JPEG, PNG, HEIC = "application/pdf", "image/jpeg", "image/png", "image/heic"
ACCEPTED = (PDF, JPEG, PNG, HEIC)
"""What is taken: no office documents, no archives, no vector pictures (SEC-21)."""

_ENDINGS: Mapping[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    PNG: ("png",),
    HEIC: ("heic", "heif"),
}
_HEAD = 1024
_PADDING = b"\xef\xbb\xbf\x00\t\n\r "
_MARKUP = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?php", b"#!/")


def sniff(content: bytes) -> str | None:
    """Return the media type of a PDF, JPEG, PNG or HEIC, None for anything else."""
    head = content[: 4 * _HEAD]
    # Old scanners write a blank line or a byte order mark in front of a PDF.
    found = filetype.guess(head) or filetype.guess(head.lstrip(_PADDING))
    return found.mime if found is not None and found.mime in ACCEPTED else None


def ending_of(name: str) -> str:
    """Return the lower-case ending of a file's name, empty where it has none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def has_other_ending(name: str, media_type: str) -> bool:
    """Tell whether a name ends like another kind of file we know."""
    ending = ending_of(name)
    known = {one for endings in _ENDINGS.values() for one in endings}
    return ending in known and ending not in _ENDINGS[media_type]


def is_two_things(content: bytes, media_type: str) -> bool:
    """Tell whether the bytes are a second kind of file as well: made to be one thing for us, another for somebody else.

    What cameras append to a picture (a film, a second picture) is none of these.
    """
    head = content[:_HEAD].lower()
    if media_type == PDF:
        before = content[: max(0, content.find(b"%PDF-"))]
        second = any(sign in before.lower() for sign in _MARKUP)
    else:
        second = b"%pdf-" in head or any(sign in head for sign in _MARKUP)
    return second or zipfile.is_zipfile(io.BytesIO(content))
