"""Invent expiry lists as nasty as real ones: many spellings, unknown days, households, odd values, same bytes per seed."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from servicedesk.kernel.intervals import add_months

STANDARD = (
    "aktenzeichen familienname vornamen geburtsdatum geschlecht staatsangehoerigkeiten strasse hausnummer plz ort "
    "titel_rechtsgrundlage erteilt_am gueltig_bis karte_gueltig_bis pass_gueltig_bis nebenbestimmung_erwerb "
    "familienverband gesetzlicher_vertreter sprache email telefon verzogen_am"
).split()
ALTERNATIVE = (
    "AZ;Nachname;Vorname(n);Geb.-Datum;Geschl.;Staatsang.;Straße;HsNr;PLZ;Wohnort;Rechtsgrundlage;Erteilt;Gültig bis;"
    "eAT gültig bis;Pass gültig bis;Auflage Erwerb;Familie;Vertreter;Sprache;E-Mail;Tel.;Wegzug"
).split(";")

_FAMILY = (
    "Yıldırım|Çetinkaya|Öz|İnan|Şen|Müller-Lüdenscheidt|Al Rashid|Al-Bakri|Alhamwi|El Masry|Nguyễn|Trần Thị|Đặng|"
    "Živanović|Đokić|Kovačević|O'Hara|van den Boom|de la Peña|Ñuñez|Krawczyk|Łukasik|Schäfer|Groß|Björnsson|"
    "Tymoshchuk|Hrytsenko|Sokolowa|Hailemariam|Woldeyesus|Bangura|Ouédraogo|Iyengar|Lü|Ó Súilleabháin"
).split("|")
_GIVEN = "Ayşe Mehmet Olha Taras Nur Omar Thảo Jovana Ngozi Élodie Seán Xóchitl Yu-Na Anne-Marie Đuro".split()
_NATIONS = "163 166 475 423 438 160 436 150 170 479 432 997 998".split()
_STREETS = "Lindenweg|Straße des 17. Juni|Große Bleiche|An der Mühle|Dr.-Külz-Ring|Am Markt".split("|")
_PLACES = (("12345", "Musterstadt"), ("12347", "Bad Beispiel"), ("12349", "Groß Müsterheim"))
_TITLES = (
    ("25.2.1", 36, "Erwerbstätigkeit erlaubt"),
    (
        "16b.1",
        24,
        "Beschäftigung bis zu 140 Arbeitstage im Jahr erlaubt; studentische Nebentätigkeit erlaubt",
    ),
    ("18g", 48, 'Blaue Karte EU: Beschäftigung als "Ingenieur/in" erlaubt'),
    ("24", 24, "Erwerbstätigkeit erlaubt"),
    ("60a", 6, "Erwerbstätigkeit nicht gestattet"),
    ("32", 24, ""),
    ("9", 0, "Erwerbstätigkeit erlaubt"),
)


def rows(people: int, seed: int = 1, today: date = date(2026, 11, 23)) -> Iterator[list[str]]:
    """Yield one line per person, plausible throughout; the same for the same arguments."""
    random = Random(seed)
    household, left = 0, 0
    key, head, place = "", "", _PLACES[0]
    for number in range(1, people + 1):
        if left == 0:
            left = random.choice((1, 1, 1, 2, 3, 5))
            household += 1
            key, head = (f"H-{household}" if left > 1 else ""), ""
            place = random.choice(_PLACES)
        is_child = bool(head) and random.random() < 0.5
        file_number = f"33/{seed:02d}-{number:07d}"
        birth = today - timedelta(
            days=random.randrange(40, 6200) if is_child else random.randrange(7000, 28000)
        )
        yield [
            file_number,
            *_name(random),
            _born(random, birth),
            random.choice("mwdx"),
            random.choice(_NATIONS) + random.choice(("", "", ",163")),
            random.choice(_STREETS),
            f"{random.randrange(1, 200)}{random.choice(('', '', ' b', 'c'))}",
            *place,
            *_title(random, birth, today),
            key,
            head if is_child else "",
            random.choice(("", "de", "ar", "tr", "uk", "sr-Latn", "ku")),
            f"leute{number}@beispiel.example" if random.random() < 0.5 else "",
            f"+49 (0)30 {random.randrange(10**5, 10**7)}" if random.random() < 0.5 else "",
            _german(today - timedelta(days=random.randrange(90))) if random.random() < 0.02 else "",
        ]
        head, left = head or file_number, left - 1


def _name(random: Random) -> tuple[str, str]:
    family = random.choice(_FAMILY)
    if random.random() < 0.01:
        return family, ""
    return (family.upper() if random.random() < 0.02 else family), random.choice(_GIVEN)


def _born(random: Random, birth: date) -> str:
    if random.random() < 0.04:
        return f"00.00.{birth.year}"
    return f"00.{birth:%m.%Y}" if random.random() < 0.02 else _german(birth)


def _title(random: Random, birth: date, today: date) -> tuple[str, str, str, str, str, str]:
    basis, months, condition = random.choice(_TITLES)
    if months:
        ends = today + timedelta(days=random.randrange(-30, months * 30))
        issued = max(add_months(ends, -months), birth)
        passport = (
            _german(ends + timedelta(days=random.randrange(-300, 2000))) if random.random() < 0.8 else ""
        )
        return (
            basis,
            _german(issued),
            _german(max(ends, issued)),
            _german(max(ends, issued)),
            passport,
            condition,
        )
    issued = max(today - timedelta(days=random.randrange(30, 3000)), birth)
    unlimited = random.choice(("", "31.12.9999"))
    return basis, _german(issued), unlimited, _german(issued + timedelta(days=3652)), "", condition


def _german(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def as_csv(lines, header=STANDARD, delimiter=";", line_end="\r\n") -> str:
    """Return the lines below a header as one text, quoted only where needed."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue()


def line(**values: str) -> list[str]:
    """Return one plausible line with some columns replaced, named as in the standard header."""
    base = dict(
        zip(
            STANDARD,
            [
                "33.26.01-0000001", "Yıldırım", "Ayşe", "17.05.1990", "w", "163", "Lindenweg", "7 b", "12345",
                "Musterstadt", "16b.1", "15.02.2025", "15.02.2027", "15.02.2027", "01.01.2030",
                "Erwerbstätigkeit erlaubt", "", "", "tr", "", "", "",
            ],
            strict=True,
        )
    )  # fmt: skip
    unknown = set(values) - set(base)
    assert not unknown, unknown
    return list((base | values).values())
