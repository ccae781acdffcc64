"""Let the staff of a year work: some release early, somebody always does what cannot wait."""

from datetime import timedelta

from servicedesk.cases.models import Case
from servicedesk.interim.errors import ConfirmationNotFound, SecondPersonNeeded
from servicedesk.interim.queries.facts import list_interim_cases
from servicedesk.interim.rules.guarantee import Standing
from servicedesk.interim.rules.values import Code, Note
from servicedesk.interim.service import Done
from servicedesk.kernel.errors import Refusal

_STAFF = ("boris", "clara", "jonas", "eva")
_BEFORE = timedelta(days=6)
"""So long before an end people look after what the clock may not release: longer than any row of holidays."""


class Round:
    """Go through what waits, several times on each day of work."""

    def __init__(self, bureau, random, happened):
        self.bureau, self.random, self.happened = bureau, random, happened
        self.away = []
        self.reviewed_on = None

    def go(self):
        """Release what waits, in the first round of a day also answer alarms and review what no longer fits."""
        acted = self._answer_requests()
        acted += self._release_some() if self.bureau.has_waiting() else 0
        if self.bureau.today != self.reviewed_on:
            self.reviewed_on = self.bureau.today
            cases = self._open_cases()
            acted += self._answer_alarms(cases) + self._review(cases)
        return bool(acted)

    def _answer_requests(self):
        """Answer the counter the same day: with a confirmation where there may be one, else with words."""
        acted = 0
        for request_id, case_id in self.bureau.requests():
            try:
                proposal = self.bureau.propose("eva", case_id)
                for who in dict.fromkeys(("eva", *self._present())):
                    done = self.bureau.release(who, proposal, note="Am Schalter gebraucht, geprüft.")
                    if done.done is not Done.first_of_two:
                        break
            except Refusal as refusal:
                self.bureau.answer(request_id, str(refusal))
            self.happened["requests answered"] += 1
            acted += 1
        return acted

    def _present(self):
        today = self.bureau.today
        away = {who for who, first, last in self.away if first <= today <= last}
        return [login for login in _STAFF if login not in away]

    def _release_some(self):
        """Act on what the lead sees: as somebody who is there and sees it, too, else as the lead."""
        acted = 0
        for row in self.bureau.to_release("eva"):
            if row.state != "proposed":
                continue
            is_near = self.bureau.today >= row.title_ends_on - _BEFORE
            needs_person = row.outcome_kind == "person" or not row.is_machine_checked
            must = (needs_person and (is_near or row.sequence > 1)) or row.first_released_at is not None
            if must or self.random.random() < 0.03:
                acted += self._release(self.random.choice(self._present()), row)
        return acted

    def _release(self, login, row):
        """Release as somebody, else as the lead; where four eyes are wanted, a colleague looks at once."""
        is_left = row.outcome_kind == "person"
        if is_left and self.random.random() < 0.2:
            self.bureau.decline("eva", row.id, "Der Antrag ist nicht auf diesen Titel gerichtet.")
            self.happened["declined"] += 1
            return 1
        acted = 0
        for who in dict.fromkeys((login, "eva", *self._present())):
            try:
                done = self.bureau.release(
                    who, row.id, note="In der Fachanwendung geprüft." if is_left else ""
                )
            except (ConfirmationNotFound, SecondPersonNeeded):
                continue
            acted += 1
            if done.done is not Done.first_of_two:
                self.happened["released by hand"] += 1
                break
            self.happened["looked at by two"] += 1
        return acted

    def _open_cases(self):
        with self.bureau.database.reading() as session:
            return list_interim_cases(
                session,
                self.bureau.office,
                only=Case.closed_at.is_(None) & Case.decision.is_(None),
                now=self.bureau.now,
            )

    def _answer_alarms(self, cases):
        """Let the lead note what the rules need to know, as far as the end is near."""
        acted = 0
        for case in cases:
            if case.judge(self.bureau.office, self.bureau.now).standing is not Standing.alarm:
                continue
            ends_on = case.outcome.ends_on
            if ends_on is None or self.bureau.today >= ends_on - _BEFORE:
                acted += self._answer(case)
        return acted

    def _answer(self, case):
        self.happened["alarms answered"] += 1
        match case.outcome.code:
            case Code.opportunity_card:
                self.bureau.note("eva", case.case_id, Note.applies_for_other_title)
            case Code.declined_by_person if case.facts.legal_basis == "104c":
                self.bureau.note("eva", case.case_id, Note.applies_not_under_25a_25b)
            case Code.declined_by_person:
                self.bureau.propose("eva", case.case_id)
            case Code.right_to_remain_unclear if self.random.random() < 0.5:
                self.bureau.note("eva", case.case_id, Note.applies_under_25a_25b)
            case _:
                # It waits among the proposals, and is released there.
                return 0
        return 1

    def _review(self, cases):
        """Let the lead withdraw what no longer fits the facts."""
        acted = 0
        for case in cases:
            if case.issued is None or case.outcome.may_be_proposed or case.outcome.ends_confirmation:
                continue
            self.bureau.withdraw("eva", case.issued.id)
            self.happened["withdrawn"] += 1
            acted += 1
        return acted
