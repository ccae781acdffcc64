"""Join finished documents into one file for a printer."""

from collections.abc import Iterable
from io import BytesIO

import pikepdf


def join_pdfs(documents: Iterable[bytes]) -> tuple[bytes, int]:
    """Return one file with the pages of all documents in their order, and how many they are.

    The file is for printing: the tags of the single documents do not go into it.
    """
    with pikepdf.new() as joined:
        for document in documents:
            with pikepdf.open(BytesIO(document)) as opened:
                joined.pages.extend(opened.pages)
        pages = len(joined.pages)
        file = BytesIO()
        joined.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue(), pages
