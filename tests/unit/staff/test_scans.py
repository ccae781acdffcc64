"""Scans are known by their first bytes, whatever they are called."""

import pytest

from servicedesk.staff.scans import ending_of, sniff


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4 ...", "application/pdf"),
        (b"\xff\xd8\xff\xe0..", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n..", "image/png"),
        (b"", None),
        (b"MZ", None),
        (b" %PDF-1.4", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<html>%PDF-", None),
        (b"PK\x03\x04", None),
        (b"GIF89a", None),
    ],
)
def test_the_first_bytes_decide(content, kind):
    assert sniff(content) == kind


def test_a_kept_proof_gets_the_ending_of_its_kind():
    assert [ending_of(kind) for kind in ("application/pdf", "image/jpeg", "text/plain", "x/y")] == [
        "pdf",
        "jpg",
        "txt",
        "bin",
    ]
