"""Use cases of a matter's life; each takes `now` and `actor`, and writes its audit row."""

from servicedesk.cases.service.answers import adopt_catalogue, answer_question, forget_answer
from servicedesk.cases.service.applications import (
    STATEMENT,
    Evidence,
    RecordedApplication,
    correct_application,
    open_evidence,
    record_application,
)
from servicedesk.cases.service.asking import (
    ask_papers,
    choose_day,
    open_clarification,
    tell_card_ready,
    tell_rejections,
)
from servicedesk.cases.service.closing import close_case, end_case
from servicedesk.cases.service.codes import reissue_code, send_new_code
from servicedesk.cases.service.contact import (
    ContactContent,
    match_contact_request,
    open_content,
    receive_contact_request,
    reject_contact_request,
)
from servicedesk.cases.service.forms import begin_draft, fill_in, submit_form
from servicedesk.cases.service.opening import OpenedCase, lead_of, open_case, open_case_by_hand
from servicedesk.cases.service.owners import change_owner
from servicedesk.cases.service.papers import announce_document, change_paper
from servicedesk.cases.service.ready import mark_ready, withdraw_ready
from servicedesk.cases.service.steps import (
    await_authority,
    decide_case,
    doubt_case,
    end_clarification,
    end_waiting,
    enter_card,
    undo_fact,
)
from servicedesk.cases.service.tasks import NewTask, complete_task, open_case_task, open_tasks

__all__ = [
    "STATEMENT",
    "ContactContent",
    "Evidence",
    "NewTask",
    "OpenedCase",
    "RecordedApplication",
    "adopt_catalogue",
    "announce_document",
    "answer_question",
    "ask_papers",
    "await_authority",
    "begin_draft",
    "change_owner",
    "change_paper",
    "choose_day",
    "close_case",
    "complete_task",
    "correct_application",
    "decide_case",
    "doubt_case",
    "end_case",
    "end_clarification",
    "end_waiting",
    "enter_card",
    "fill_in",
    "forget_answer",
    "lead_of",
    "mark_ready",
    "match_contact_request",
    "open_case",
    "open_case_by_hand",
    "open_case_task",
    "open_clarification",
    "open_content",
    "open_evidence",
    "open_tasks",
    "receive_contact_request",
    "record_application",
    "reissue_code",
    "reject_contact_request",
    "send_new_code",
    "submit_form",
    "tell_card_ready",
    "tell_rejections",
    "undo_fact",
    "withdraw_ready",
]
