"""DIN 5008 form B, measured in the finished page."""

import pypdfium2
import pytest

from tests.support.pdf_reading import find_text


@pytest.fixture
def page(sample_letter):
    return sample_letter("invitation_letter", "de").pdf


def test_the_address_zone_begins_at_62_7_mm_inside_the_window(page):
    name, town = find_text(page, 1, "Ivana Đorđević-Muster"), find_text(page, 1, "12345 Musterstadt")
    assert name.top == pytest.approx(62.7, abs=1.0)
    assert name.left == pytest.approx(25.0, abs=0.5)
    street = find_text(page, 1, "Lindenweg 4 a")
    assert street.bottom < 90.0
    assert town is not None


def test_the_return_line_stands_right_above_the_address_zone(page):
    line = find_text(page, 1, "Ausländerbehörde Musterstadt · Rathausplatz 1")
    assert 45.0 < line.top < line.bottom <= 62.7
    assert line.bottom > 57.0


def test_the_information_block_begins_at_125_mm_and_50_mm(page):
    label = find_text(page, 1, "Aktenzeichen")
    assert label.left == pytest.approx(125.0, abs=0.5)
    assert label.top == pytest.approx(50.0, abs=1.0)
    last = find_text(page, 1, "Montag, 23. November 2026")
    assert last.left == pytest.approx(125.0, abs=0.5)
    assert last.bottom < 98.5


def test_the_subject_begins_below_the_address_field(page):
    subject = find_text(page, 1, "Bitte beantragen Sie die Verlängerung")
    assert subject.top == pytest.approx(98.5, abs=1.5)
    assert subject.left == pytest.approx(25.0, abs=0.5)


def test_act_dates_and_code_stand_on_the_first_page(page):
    for text in (
        "Dienstag, 29. Dezember 2026",
        "Dienstag, 23. Februar 2027",
        "7K3M-9QXT-2VBH-4RW8",
        "483926",
    ):
        assert find_text(page, 1, text).bottom < 277


def test_nothing_but_the_address_shows_through_the_window(page):
    # Window 90 × 45 mm; the paper may slip 2 mm. No code, no date, no concern may stand there.
    for text in ("33.26.07-0000412", "7K3M", "Bitte beantragen"):
        place = find_text(page, 1, text)
        assert place.left > 112 or place.top > 92


def test_the_reply_slip_shows_the_offices_address_in_the_window(sample_letter):
    letter = sample_letter("invitation_letter", "de")
    place = find_text(letter.pdf, letter.page_count, "Rathausplatz 1")
    assert 62.7 <= place.top < 90
    assert place.left == pytest.approx(25.0, abs=0.5)


def test_fold_and_hole_marks_stand_at_105_148_5_and_210_mm(page):
    assert _left_marks(page) == pytest.approx([105.0, 148.5, 210.0], abs=0.4)


def _left_marks(pdf: bytes) -> list[float]:
    """Find dark rows in the strip between 5 and 9 mm from the left edge."""
    scale = 600 / 72
    bitmap = pypdfium2.PdfDocument(pdf)[0].render(scale=scale, grayscale=True)
    image = bitmap.to_pil()
    column = int(7 / 25.4 * 600)
    dark = [y for y in range(image.height) if image.getpixel((column, y)) < 160]
    marks: list[float] = []
    for y in dark:
        millimetres = y * 25.4 / 600
        if not marks or millimetres - marks[-1] > 2:
            marks.append(millimetres)
    return marks
