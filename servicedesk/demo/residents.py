"""Write the invented expiry list of the demo office: the same people for the same seed and day.

Names, addresses and dates are made up. They are as awkward as real ones: one name only, particles, hyphens,
apostrophes, dotted capitals, unknown birth days, families with several surnames, people who moved away.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from servicedesk.kernel.intervals import add_months

COLUMNS = (
    "aktenzeichen familienname vornamen geburtsdatum geschlecht staatsangehoerigkeiten strasse hausnummer plz ort "
    "titel_rechtsgrundlage erteilt_am gueltig_bis karte_gueltig_bis pass_gueltig_bis nebenbestimmung_erwerb "
    "familienverband gesetzlicher_vertreter sprache email telefon verzogen_am"
).split()


@dataclass(frozen=True, slots=True)
class _Origin:
    nationality: str
    weight: int
    languages: tuple[str, ...]
    surnames: tuple[str, ...]
    given: tuple[str, ...]


_ORIGINS = (
    _Origin(
        "163",
        15,
        ("tr", "tr", ""),
        ("Akgül", "Çınar", "Işıkhan", "İnanç", "Sağlam", "Topçu", "Uysal", "Yalçın", "Ergün", "Bayram"),
        ("Deniz", "Ayla", "Kerem", "Nazlı", "Umut", "İlker"),
    ),
    _Origin(
        "166",
        14,
        ("uk", "uk", "ru", ""),
        ("Havryliuk", "Romanchuk", "Tymoshchuk", "Zaiets", "Boiko", "Hnatiuk", "Fedorenko", "Klymchuk"),
        ("Daryna", "Taras", "Lesia", "Bohdan", "Solomiia", "Maksym"),
    ),
    _Origin(
        "475",
        14,
        ("ar", "ar", ""),
        (
            "Al Khalaf",
            "Al-Omar",
            "Alsaleh",
            "Hamoud",
            "Ismail",
            "Jabbour",
            "Mansour",
            "Rahhal",
            "Saleh",
            "Tlass",
        ),
        ("Rima", "Samir", "Hala", "Ziad", "Yara", "Karim"),
    ),
    _Origin(
        "423",
        9,
        ("fa", ""),
        ("Faizi", "Ghafoori", "Latifi", "Omari", "Qaderi", "Wardak", "Yousufzai"),
        ("Farhad", "Laila", "Massoud", "Roya", "Jawad"),
    ),
    _Origin(
        "436",
        8,
        ("en", ""),
        ("Agarwal", "Bhatt", "Chopra", "Desai", "Krishnan", "Mukherjee", "Thakur"),
        ("Asha", "Dev", "Ishaan", "Meera", "Rohan"),
    ),
    _Origin(
        "160",
        6,
        ("ru", ""),
        ("Belova", "Egorov", "Frolova", "Gusev", "Orlov", "Tarasov"),
        ("Irina", "Pavel", "Vera", "Nikita"),
    ),
    _Origin(
        "232",
        5,
        ("en",),
        ("Abiola", "Chukwu", "Effiong", "Nnamdi", "O'Connor-Ade", "Udo"),
        ("Amara", "Bayo", "Kelechi", "Zainab"),
    ),
    _Origin(
        "170",
        5,
        ("", "sr"),
        ("Đukić", "Jokić", "Lazić", "Vasić", "Žunić"),
        ("Anđela", "Luka", "Vuk", "Tijana"),
    ),
    _Origin(
        "432", 5, ("vi", ""), ("Nguyễn", "Đinh", "Lý", "Mai", "Tạ", "Trịnh"), ("Bảo", "Hạnh", "Linh", "Sơn")
    ),
    _Origin(
        "327",
        4,
        ("es", ""),
        ("Ibarra Núñez", "de la Vega", "dos Reis", "Paredes", "Quispe Mamani"),
        ("Lucía", "Mateo", "Inés", "Tomás"),
    ),
    _Origin(
        "224",
        4,
        ("ti", "en"),
        ("Abraha", "Girmay", "Haile", "Measho", "Teklehaimanot"),
        ("Biniam", "Helen", "Saba", "Tedros"),
    ),
    _Origin(
        "368",
        3,
        ("en",),
        ("van den Berg", "von Hagen", "MacLeod", "Ulrich-Stone", "Xavier"),
        ("Emma", "Noah", "Paige", "Owen"),
    ),
)

# legal basis, weight, months, employment condition; months 0 is unlimited
_TITLES = (
    ("25.2.1", 14, 36, "Erwerbstätigkeit erlaubt"),
    ("25.2.2", 12, 36, "Erwerbstätigkeit erlaubt"),
    ("25.3", 6, 24, "Erwerbstätigkeit erlaubt"),
    ("25.5", 4, 12, "Beschäftigung nur mit Zustimmung der Ausländerbehörde erlaubt"),
    ("28.1.1", 9, 36, "Erwerbstätigkeit erlaubt"),
    ("30", 9, 24, "Erwerbstätigkeit erlaubt"),
    ("16b.1", 9, 24, "Beschäftigung bis zu 140 Arbeitstage im Jahr erlaubt"),
    ("18a", 4, 48, "Beschäftigung als Pflegefachkraft erlaubt"),
    ("18b", 4, 48, "Beschäftigung als Ingenieurin oder Ingenieur erlaubt"),
    ("18g", 4, 48, "Blaue Karte EU: Beschäftigung erlaubt"),
    ("21.1", 1, 36, "Selbständige Tätigkeit als Übersetzerin oder Übersetzer gestattet"),
    ("9", 10, 0, "Erwerbstätigkeit erlaubt"),
    ("9a", 3, 0, "Erwerbstätigkeit erlaubt"),
    ("60a", 6, 6, "Erwerbstätigkeit nicht gestattet"),
    ("AsylG 55", 5, 12, "Beschäftigung nur mit Erlaubnis der Ausländerbehörde"),
)
_UKRAINE = ("24", 0, 24, "Erwerbstätigkeit erlaubt")
_CHILD = ("32", 0, 24, "Erwerbstätigkeit erlaubt")
_STREETS = (
    "Ahornweg",
    "Brunnenstraße",
    "Domplatz",
    "Eichenallee",
    "Fährgasse",
    "Gartenstr.",
    "Hohe Straße",
    "Kirchplatz",
)
_TOWN = ("12345", "Musterstadt")


@dataclass(slots=True)
class _Household:
    key: str
    street: str
    number: str
    head: str = ""
    title: tuple[str, int, int, str] = _CHILD
    language: str = ""
    surnames: tuple[str, ...] = field(default_factory=tuple)


def list_residents(count: int, today: date, seed: int = 2026) -> Iterator[tuple[str, ...]]:
    """Yield one line per residence title, in the order of COLUMNS; dates fall around `today`."""
    draw = random.Random(seed)
    weights = [origin.weight for origin in _ORIGINS]
    written = families = 0
    while written < count:
        origin = draw.choices(_ORIGINS, weights)[0]
        size = min(draw.choices((1, 2, 3, 4, 5), (60, 14, 12, 9, 5))[0], count - written)
        families += size > 1
        household = _Household(
            key=f"H{families:05d}" if size > 1 else "",
            street=draw.choice(_STREETS),
            number=f"{draw.randint(1, 140)}{draw.choice(('', '', '', 'a', ' b'))}",
            language=draw.choice(origin.languages),
            surnames=(draw.choice(origin.surnames), draw.choice(origin.surnames)),
        )
        for member in range(size):
            written += 1
            yield _line(draw, origin, household, (member, written), today)


def _line(
    draw: random.Random, origin: _Origin, household: _Household, place: tuple[int, int], today: date
) -> tuple[str, ...]:
    member, number = place
    file_number = f"32.{today.year % 100:02d}.{number:06d}"
    is_child = member >= 2
    surname = household.surnames[0] if member == 0 or draw.random() < 0.75 else household.surnames[1]
    given = draw.choice(origin.given)
    if draw.random() < 0.006:
        surname, given = given, ""
    years = (0.2, 17) if is_child else (18, 76)
    birth = today - timedelta(days=int(draw.uniform(*years) * 365.25))
    born = f"00.00.{birth.year}" if draw.random() < 0.02 and not is_child else _de(birth)
    basis, _, months, condition = _title(draw, origin, household, is_child)
    ends_on = _end(draw, months, today)
    issued_on = (
        max(add_months(ends_on, -months), birth)
        if ends_on
        else today - timedelta(days=draw.randint(60, 3000))
    )
    issued_on = min(max(issued_on, birth), today)
    card = ends_on or add_months(issued_on, 120)
    passport = (
        ends_on + timedelta(days=draw.randint(-150, 2000)) if ends_on and draw.random() < 0.85 else None
    )
    head = household.head
    household.head = household.head or file_number
    return (
        file_number,
        surname,
        given,
        born,
        draw.choice("mw") if draw.random() < 0.99 else "x",
        origin.nationality,
        household.street,
        household.number,
        *_TOWN,
        basis,
        _de(issued_on),
        _de(ends_on) if ends_on else draw.choice(("31.12.9999", "")),
        _de(card),
        _de(passport),
        condition,
        household.key,
        head if is_child else "",
        household.language,
        f"resident{number}@example.org" if draw.random() < 0.5 else "",
        f"+49 30 5550 {draw.randint(1000, 9999)}" if draw.random() < 0.5 else "",
        _de(today - timedelta(days=draw.randint(1, 80))) if draw.random() < 0.01 else "",
    )


def _title(
    draw: random.Random, origin: _Origin, household: _Household, is_child: bool
) -> tuple[str, int, int, str]:
    if origin.nationality == "166" and draw.random() < 0.7:
        return _UKRAINE
    if is_child:
        return _CHILD
    if not household.head or draw.random() < 0.3:
        household.title = draw.choices(_TITLES, [title[1] for title in _TITLES])[0]
    return household.title


def _end(draw: random.Random, months: int, today: date) -> date | None:
    if not months:
        return None
    # One in six ends soon, so that letters, lists and calendars have something to show.
    if draw.random() < 1 / 6:
        return today + timedelta(days=draw.randint(-6, 92))
    return today + timedelta(days=int(draw.triangular(0, months * 30, months * 12)))


def _de(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else ""


def write_residents(file: Path, count: int, today: date) -> None:
    """Write the list as a case-management system exports it: semicolons, CRLF, UTF-8 with a byte order mark."""
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(list_residents(count, today))
