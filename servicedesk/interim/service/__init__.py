"""Use cases of interim confirmations; each takes an `InterimDesk`, opened once per run or request."""

from servicedesk.interim.service.advancing import advance_cases
from servicedesk.interim.service.alarms import raise_key_alarm
from servicedesk.interim.service.desk import InterimDesk, open_desk
from servicedesk.interim.service.notes import note_fact, take_back_note
from servicedesk.interim.service.releasing import (
    BatchResult,
    Done,
    Released,
    Skipped,
    decline,
    print_again,
    propose,
    reissue,
    release,
    release_many,
    withdraw,
)
from servicedesk.interim.service.requests import (
    ANSWERS,
    answer_request,
    request_confirmation,
    sweep_requests,
)
from servicedesk.interim.service.settling import settle_case
from servicedesk.interim.service.writes import Writes

__all__ = [
    "ANSWERS",
    "BatchResult",
    "Done",
    "InterimDesk",
    "Released",
    "Skipped",
    "Writes",
    "advance_cases",
    "answer_request",
    "decline",
    "note_fact",
    "open_desk",
    "print_again",
    "propose",
    "raise_key_alarm",
    "reissue",
    "release",
    "release_many",
    "request_confirmation",
    "settle_case",
    "sweep_requests",
    "take_back_note",
    "withdraw",
]
