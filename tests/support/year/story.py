"""Play the events of a year in their order: the machine, the residents, the staff, and what goes wrong."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from servicedesk.booking.rules.public_holidays import HolidayRules, list_holidays
from servicedesk.cases.rules import Channel
from servicedesk.kernel.clock import instant_of
from servicedesk.kernel.errors import Refusal
from tests.support.year.checks import Broken, count_lived_gaps, count_renewals, look, look_at_everything
from tests.support.year.office import Bureau
from tests.support.year.people import NOT_INVITED, Applying, Resident, draw_people
from tests.support.year.staff import Round

BERLIN = ZoneInfo("Europe/Berlin")
_SOON = timedelta(minutes=10)
"""How often the worker looks, as in the timetable."""
_STAFF = ("boris", "clara", "jonas")


@dataclass
class Year:
    """Hold what became of a year: how much of everything happened, and the days lived through without cover."""

    seed: int
    happened: Counter = field(default_factory=Counter)
    lived_gaps: Counter = field(default_factory=Counter)
    steps: int = 0


def play(
    folder: Path,
    vault,
    *,
    seed: int,
    people: int,
    start: date = date(2027, 9, 1),
    days: int = 366,
    interim: str = "",
    nights: int = 1,
    is_confirming: bool = True,
) -> Year:
    """Play a year and return what happened; raises Broken with the seed as soon as something does not hold.

    `nights` 3: the nightly work runs every third night only, which is faster to play and harder to bear. Without
    `is_confirming` the job `confirmations` never runs.
    """
    return _Story(folder, vault, seed, people, start, days, interim, nights, is_confirming).play()


class _Story:
    def __init__(self, folder, vault, seed, people, start, days, interim, nights, is_confirming):
        self.random = Random(seed)
        self.year = Year(seed)
        self.start, self.end = start, start + timedelta(days=days)
        opening = datetime.combine(start, time(5))
        self.bureau = Bureau(folder, vault, instant_of(opening, BERLIN), interim)
        years = {start.year, self.end.year}
        self.holidays = list_holidays(HolidayRules("NW"), years)
        self.people = draw_people(self.random, people, start, days)
        self.round = Round(self.bureau, self.random, self.year.happened)
        self.events: list[tuple[datetime, int, str, Callable[[], object]]] = []
        self.order = count()
        self.outages: list[tuple[datetime, datetime]] = []
        self.allowed: set[str] = set()
        self.is_confirming = is_confirming
        self.is_night_missed = False
        self.journal: list[str] = []
        self._plan_machine(nights)
        self._plan_staff()
        for who in self.people:
            self._plan_resident(who)

    # ------------------------------------------------------------ the play

    def play(self) -> Year:
        closing = datetime.combine(self.end, time())
        while self.events and self.events[0][0] < closing:
            at, _, what, act = heapq.heappop(self.events)
            self.bureau.go_to(at)
            self.journal.append(f"{at:%Y-%m-%d %H:%M} {what}")
            try:
                done = act()
            except Broken:
                raise
            except Exception as fault:
                raise self._broken([f"{type(fault).__name__}: {fault}"]) from fault
            if done is False:
                self.journal.pop()
                continue
            self.year.steps += 1
            self._check(look(self.bureau, self.allowed))
        self.bureau.go_to(closing)
        self._check(look(self.bureau, self.allowed))
        self.year.happened["renewed by the clock"] = count_renewals(self.bureau)
        self.bureau.database.close()
        return self.year

    def _check(self, broken):
        if broken:
            raise self._broken(broken)

    def _broken(self, sentences):
        last = "\n".join(self.journal[-40:])
        told = "\n".join(sentences)
        return Broken(f"seed {self.year.seed}, {self.bureau.local()}:\n{told}\n\nthe last steps:\n{last}")

    def at(self, local: datetime, what: str, act: Callable[[], object]) -> None:
        heapq.heappush(self.events, (local, next(self.order), what, act))

    def days(self):
        return (self.start + timedelta(days=number) for number in range((self.end - self.start).days))

    def is_workday(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def next_workday(self, day: date) -> date:
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    # ------------------------------------------------------------ the machine

    def _plan_machine(self, nights):
        for day in self.days():
            night = datetime.combine(day, time(2, 10))
            if self.random.random() < 0.08:
                evening = datetime.combine(day - timedelta(days=1), time(21, self.random.randrange(60)))
                self.outages.append((evening, datetime.combine(day, time(6, 50))))
            if self.random.random() < 0.06:
                begin = datetime.combine(day, time(self.random.randrange(8, 18)))
                self.outages.append((begin, begin + timedelta(minutes=self.random.randrange(30, 180))))
            if (day - self.start).days % nights == 0 or day.weekday() == 6:
                self.at(night, "night", self._night)
            self.at(datetime.combine(day, time(7)), "morning", self._morning)
            if day.weekday() == 6:
                self.at(datetime.combine(day, time(12, 30)), "everything", self._look_at_everything)
            if self.random.random() < 0.02:
                away = datetime.combine(day, time(self.random.randrange(0, 20), 5))
                self.at(away, "keys away", self._lose_keys)
                self.at(
                    away + timedelta(minutes=self.random.randrange(20, 170)), "keys back", self._find_keys
                )
        for number in range((self.end - self.start).days // 30 + 1):
            day = self.start + timedelta(days=30 * number)
            self.at(datetime.combine(day, time(6, 55)), "list", self._read_list)
        for number in range(1, 4):
            day = self.start + timedelta(days=170 * number)
            self.at(datetime.combine(day, time(10)), "new key", self.bureau.rotate_key)
            end_key = self._revoke_key if number == 1 else self._retire_key
            self.at(datetime.combine(day + timedelta(days=9), time(10)), "end key", end_key)

    def _is_up(self) -> bool:
        now = self.bureau.local()
        return not any(begin <= now < end for begin, end in self.outages)

    def _night(self):
        self.is_night_missed = not self._is_up()
        if self.is_night_missed:
            self.year.happened["missed nights"] += 1
            return False
        return self._nightly()

    def _morning(self):
        """Catch up what a missed night left."""
        return self._nightly() if self.is_night_missed and self._is_up() else False

    def _nightly(self):
        self.bureau.run("invite")
        self._confirm()
        self.bureau.run("seal-audit")
        return True

    def _turn(self):
        """Let the worker look; what a broken run left behind is checked, too."""
        self._confirm()
        return self._is_up()

    def _confirm(self):
        if not self._is_up() or not self.is_confirming:
            return False
        if self.random.random() < 0.1:
            has_failed = not self.bureau.run("confirmations", is_flaky=True)
            self.year.happened["failed runs"] += has_failed
            self._soon(self._turn)
            return not has_failed
        return self.bureau.run("confirmations")

    def _soon(self, act):
        """Let the worker look at its next turn, or when it is back."""
        at = self.bureau.local() + _SOON
        for begin, end in self.outages:
            if begin <= at < end:
                at = end
        self.at(at, "worker", act)

    def _lose_keys(self):
        self.bureau.hide_keys()
        self.allowed.add("released_confirmation_is_issued")
        self.year.happened["keys lost"] += 1

    def _find_keys(self):
        self.bureau.show_keys()
        if self._is_up():
            self._confirm()
        self._soon(self._settle_keys)

    def _settle_keys(self):
        if self._confirm() or not self.is_confirming:
            self.allowed.discard("released_confirmation_is_issued")
        else:
            self._soon(self._settle_keys)

    def _revoke_key(self):
        """Take a key back; what waits for a second person then has until the end of the next day of work."""
        self.allowed.add("seal_verifies")
        self.bureau.revoke_oldest_key()
        self.year.happened["keys revoked"] += 1
        day = self.next_workday(self.bureau.today + timedelta(days=1))
        self.at(datetime.combine(day, time(17)), "all issued anew", self._end_revocation)

    def _end_revocation(self):
        self.allowed.discard("seal_verifies")

    def _retire_key(self):
        self.bureau.retire_oldest_key()
        self.year.happened["keys retired"] += 1

    def _read_list(self):
        lines = [line for who in self.people for line in who.lines(self.bureau.lists, self.bureau.today)]
        report = self.bureau.import_list(lines)
        if report.rejected:
            raise Broken(f"seed {self.year.seed}: the list had {report.rejected} faulty lines")
        self.year.happened["lists"] += 1
        self.bureau.run("reconcile")
        self._soon(self._turn)

    def _look_at_everything(self):
        self._check(look_at_everything(self.bureau, self.allowed))
        self.year.lived_gaps += count_lived_gaps(self.bureau, self.bureau.today - timedelta(days=7))
        self.year.happened["everything checked"] += 1

    # ------------------------------------------------------------ staff

    def _plan_staff(self):
        for day in self.days():
            if self.is_workday(day):
                for at in (time(9, 15), time(13), time(16)):
                    self.at(datetime.combine(day, at), "round", self.round.go)
                if self.random.random() < 0.1:
                    self.at(datetime.combine(day, time(11, 10)), "asked at the counter", self._ask)
        for login in _STAFF:
            for _ in range(3):
                first = self.start + timedelta(days=self.random.randrange((self.end - self.start).days - 20))
                deputy = self.random.choice([other for other in _STAFF if other != login])
                span = timedelta(days=self.random.randrange(3, 19))
                entered = datetime.combine(max(self.start, first - timedelta(days=2)), time(9))
                self.at(entered, "absence", self._absence(login, deputy, first, first + span))

    def _ask(self):
        try:
            asked = self.bureau.ask_at_the_counter(self.random.choice(self.people))
        except Refusal:
            return False
        self.year.happened["asked at the counter"] += asked
        return asked

    def _absence(self, login, deputy, first_on, last_on):
        def enter():
            try:
                self.bureau.be_absent(login, deputy, first_on, last_on)
            except Refusal:
                return False
            self.round.away.append((login, first_on, last_on))
            self.year.happened["absences"] += 1
            return True

        return enter

    # ------------------------------------------------------------ residents

    def _plan_resident(self, who: Resident):
        for plan in who.plans:
            if plan.received_local.date() < self.start:
                continue
            self.at(plan.recorded_local, f"{who.file_number} {plan.channel}", self._application(who, plan))
        after = who.ends_on + timedelta(days=1)
        # The moments at which the promise falls due.
        for hour, minute in ((0, 1), (12, 1)):
            self.at(datetime.combine(after, time(hour, minute)), f"{who.file_number} day after", lambda: None)
        if who.decided_after is not None and who.plans:
            day = who.plans[0].recorded_local.date() + timedelta(days=who.decided_after)
            self.at(datetime.combine(self.next_workday(day), time(10)), "decision", self._decision(who))

    def _application(self, who: Resident, plan: Applying):
        received_at = instant_of(plan.received_local, self.bureau.office.zone)

        def apply():
            if plan.channel in {"counter", "post"}:
                return self._apply_on_paper(who, plan, received_at)
            settles = self.random.random() < 0.5
            if who.legal_basis in NOT_INVITED or not self.bureau.apply(
                who, Channel.web, received_at, settles=settles
            ):
                self.bureau.write(who, received_at, "permit_skilled_academic")
                self._match_contact(who)
            self.year.happened["applied"] += 1
            self.year.happened["applied near midnight"] += plan.received_local.hour == 23
            self._soon(self._turn)
            return True

        return apply

    def _apply_on_paper(self, who, plan, received_at):
        today = self.bureau.today
        if not self.is_workday(today):
            # Nobody opens the door or the letters: post waits, and who comes finds it closed.
            day = self.next_workday(today)
            if plan.channel == "post":
                at = datetime.combine(day, time(12, 15))
                self.at(at, f"{who.file_number} post opened", self._application(who, plan))
            return False
        done = self.bureau.apply(who, Channel(plan.channel), received_at, settles=self.random.random() < 0.5)
        if not done:
            return False
        self.year.happened[f"applied by {plan.channel}"] += 1
        self.year.happened["late post"] += today > who.ends_on
        self._soon(self._turn)
        after = self.bureau.local() + timedelta(hours=4, minutes=1)
        self.at(after, f"{who.file_number} four hours on", lambda: None)
        return True

    def _match_contact(self, who):
        at = datetime.combine(self.next_workday(self.bureau.today), time(10, 5))
        if at <= self.bureau.local():
            at = datetime.combine(self.next_workday(self.bureau.today + timedelta(days=1)), time(10, 5))

        def person_of(session, request):
            names = {(one.family_name, one.ends_on): one.file_number for one in self.people}
            content = self.bureau.content_of(request)
            return self.bureau.person(session, names[content.family_name, request.ends_on]).id

        def match():
            self.year.happened["matched"] += self.bureau.match_contacts(person_of)
            self._soon(self._turn)

        self.at(at, f"{who.file_number} matched", match)

    def _decision(self, who):
        def decide():
            closes, settles = self.random.random() < 0.7, self.random.random() < 0.5
            if not self.bureau.decide(who, who.decision, closes=closes, settles=settles):
                return False
            self.year.happened[who.decision] += 1
            if who.decision == "granted":
                who.renewed_on = self.bureau.today
            self._soon(self._turn)
            return True

        return decide
