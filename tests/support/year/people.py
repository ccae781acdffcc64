"""Draw the residents of a year: what they hold, when it ends, what they do, and how the list shows them."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from servicedesk.kernel.intervals import add_months
from tests.support.lists import line

_NAMES = (
    "Aydın Bulut Candan Demir Erdoğan Fuchs Güler Haddad Ivanenko Jovanović Kaya Lindqvist Mbeki Nasser Okafor Petrov "
    "Qaderi Rahimi Şahin Tymoshchuk Ünal Voronin Wang Xu Yıldız Zaytseva"
).split()
_GIVEN = "Amina Taras Olha Nur Thảo Ngozi Seán Xóchitl Yu-Na Jovana".split()
_CONDITION = "Beschäftigung nur mit Zustimmung der Ausländerbehörde erlaubt"

BASES = (
    ("16b.1", 30),
    ("18b.1", 20),
    ("25.2.1", 15),
    ("28.1.1", 10),
    ("104c", 5),
    ("20a.5.1", 5),
    ("6.3", 4),
    ("60a", 3),
    ("9", 3),
    ("24", 3),
    ("6.1", 1),
    ("99z", 1),
)
"""Legal bases as a list writes them, with how often they come."""

NOT_INVITED = frozenset({"6.3", "6.1"})


@dataclass(frozen=True, slots=True)
class Applying:
    """Plan one application: how it comes, when it reaches the office, when somebody writes it down."""

    channel: str
    received_local: datetime
    recorded_local: datetime


@dataclass
class Resident:
    """Be one invented person with the title of the moment, and a plan of the year."""

    number: int
    family_name: str
    given_names: str
    born: str
    legal_basis: str
    issued_on: date
    ends_on: date
    plans: list[Applying] = field(default_factory=list)
    decided_after: int | None = None
    decision: str = "granted"
    leaves_on: date | None = None
    shown_wrong_by: int = 0
    """How many days the lists are off, until list `corrected_in` has it right."""
    corrected_in: int = 0
    vanishes_in: int | None = None
    """In which list the line is missing."""
    renewed_on: date | None = None
    log: list[str] = field(default_factory=list)

    @property
    def file_number(self):
        """Return the identity in the register."""
        return f"33.26.01-{self.number:07d}"

    @property
    def is_unlimited(self):
        """Tell whether only the card ends."""
        return self.legal_basis == "9"

    def lines(self, number: int, today: date) -> list[list[str]]:
        """Return what list `number` says about this person."""
        if self.vanishes_in == number:
            return []
        shown = self.ends_on + timedelta(days=self.shown_wrong_by if number < self.corrected_in else 0)
        found = [self._line(self.issued_on, shown, today)]
        if self.renewed_on is not None and self.renewed_on <= today:
            found = [self._line(self.renewed_on, add_months(self.renewed_on, 24), today)]
        return found

    def _line(self, issued_on, ends_on, today):
        left = self.leaves_on if self.leaves_on and self.leaves_on <= today else None
        return line(
            aktenzeichen=self.file_number,
            familienname=self.family_name,
            vornamen=self.given_names,
            geburtsdatum=self.born,
            titel_rechtsgrundlage=self.legal_basis,
            erteilt_am=_german(issued_on),
            gueltig_bis="31.12.9999" if self.is_unlimited else _german(ends_on),
            karte_gueltig_bis=_german(ends_on),
            nebenbestimmung_erwerb=_CONDITION,
            verzogen_am=_german(left) if left else "",
            sprache="",
        )


def draw_people(random: Random, count: int, start: date, days: int) -> list[Resident]:
    """Return the residents; titles end all the year, the first ones soon."""
    bases, weights = zip(*BASES, strict=True)
    people = []
    for number in range(1, count + 1):
        ends_on = start + timedelta(days=random.randrange(3, days + 30))
        born = date(random.randrange(1960, 2005), random.randrange(1, 13), random.randrange(1, 28))
        people.append(
            Resident(
                number=number,
                family_name=random.choice(_NAMES),
                given_names=random.choice(_GIVEN),
                born=f"00.00.{born.year}" if random.random() < 0.05 else _german(born),
                legal_basis=random.choices(bases, weights)[0],
                issued_on=add_months(ends_on, -random.choice((5, 12, 24, 36))),
                ends_on=ends_on,
            )
        )
        _plan(random, people[-1], start)
    _script(people, start)
    return people


def _script(people: list[Resident], start: date) -> None:
    """Give the first three what every year has to hold, however the rest is drawn."""
    for place, (who, legal_basis) in enumerate(zip(people, ("16b.1", "18b.1", "6.3"), strict=False)):
        who.legal_basis, who.leaves_on, who.vanishes_in, who.shown_wrong_by = legal_basis, None, None, 0
        who.ends_on = start + timedelta(days=60 + place)
        who.issued_on = add_months(who.ends_on, -12)
        last = datetime.combine(who.ends_on, time())
        written = Applying(
            "web", last + timedelta(hours=23, minutes=50), last + timedelta(hours=23, minutes=50)
        )
        post = Applying("post", last + timedelta(hours=7), last + timedelta(days=9, hours=12))
        who.plans = [post] if place == 0 else [written]
        who.decided_after = None if place == 1 else 60


def _plan(random: Random, person: Resident, start: date) -> None:
    first = max(start + timedelta(days=1), person.ends_on - timedelta(days=85))
    first = min(first, person.ends_on)
    kind = random.random()
    if kind < 0.9:
        person.plans.append(_application(random, person, first))
    if kind < 0.08:
        person.plans.append(_application(random, person, first))
    person.decided_after = random.choice((4, 15, 40, 90, 150, 210, None))
    person.decision = random.choice(("granted", "granted", "granted", "refused", "withdrawn"))
    if random.random() < 0.06:
        person.leaves_on = person.ends_on + timedelta(days=random.randrange(-60, 60))
    if random.random() < 0.08:
        person.shown_wrong_by, person.corrected_in = random.choice((-12, -3, 3, 12)), random.randrange(1, 12)
    if random.random() < 0.08:
        person.vanishes_in = random.randrange(1, 12)


def _application(random: Random, person: Resident, first: date) -> Applying:
    span = (person.ends_on - first).days
    day = first + timedelta(days=random.randint(0, span))
    kind = random.random()
    if kind < 0.45:
        at = datetime.combine(day, time(random.randrange(24), random.randrange(60)))
        return Applying("web", at, at)
    if kind < 0.65:
        at = datetime.combine(person.ends_on, time(23, random.choice((50, 58, 59))))
        return Applying("web", at, at)
    if kind < 0.78:
        at = datetime.combine(day, time(random.randrange(8, 12), random.randrange(60)))
        return Applying("counter", at, at)
    if kind < 0.92:
        # In the letter box on some morning, at the latest on the last one; written down days later.
        box = datetime.combine(day, time(7))
        return Applying("post", box, box + timedelta(days=random.choice((0, 1, 3, 9)), hours=5))
    late = datetime.combine(person.ends_on + timedelta(days=random.randint(1, 9)), time(random.randrange(24)))
    return Applying("web", late, late)


def _german(day: date) -> str:
    return f"{day:%d.%m.%Y}"
