"""Take papers that came on paper, and scans of them."""

from datetime import datetime
from typing import Any

from wtforms import FormField, MultipleFileField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its published types

from servicedesk.cases.queries.values import PaperLine
from servicedesk.cases.rules import CHANNEL_LABELS, Channel, PaperState
from servicedesk.cases.upload_errors import NoPaperChosen
from servicedesk.staff.forms import choices, has_happened, radio, read_instant
from servicedesk.web.dates import DayParts
from servicedesk.web.forms import BaseForm, Filled, LineField
from servicedesk.web.locale import lazy_gettext as _l
from servicedesk.web.locale import say

WAYS = (Channel.counter, Channel.post)

_SETTLED = frozenset({PaperState.accepted, PaperState.waived})


def list_takable(papers: tuple[PaperLine, ...]) -> tuple[PaperLine, ...]:
    """Return the papers that may still come, those that are wanted first."""
    open_ones = [one for one in papers if one.state not in _SETTLED]
    return tuple(sorted(open_ones, key=lambda one: (one.state is PaperState.received, not one.is_mandatory)))


class _ArrivalForm(BaseForm):
    """Take when and which way something came."""

    channel = radio(_l("Wie kamen die Unterlagen?"), _l("Wählen Sie den Weg."))
    received_on = FormField(DayParts, _l("Eingegangen am"))
    received_time = LineField(_l("Uhrzeit"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.channel.choices = choices((way.value, CHANNEL_LABELS[way]) for way in WAYS)

    @property
    def received_at(self) -> datetime:
        """Return the instant of receipt; for a form that holds no fault."""
        return read_instant(self.received_on, self.received_time)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the time."""
        is_good = bool(super().validate(extra_validators))
        future = _l("Der Eingang liegt in der Zukunft. Prüfen Sie Tag und Uhrzeit.")
        return has_happened(self.received_on, self.received_time, future, is_day_good=is_good)


class IntakeForm(_ArrivalForm):
    """Take which papers came on paper."""

    papers = SelectMultipleField(
        _l("Welche Unterlagen sind da?"), [Filled(_l(NoPaperChosen.message))], validate_choice=False
    )

    def offer(self, papers: tuple[PaperLine, ...]) -> None:
        """Offer the papers of a case."""
        self.papers.choices = [SelectChoice(one.document_id, say(one.name)) for one in list_takable(papers)]


class ScanForm(_ArrivalForm):
    """Take scans of one paper."""

    paper = radio(_l("Welche Unterlage ist das?"), _l("Wählen Sie die Unterlage."))
    files = MultipleFileField(_l("Scan oder Foto"))

    def offer(self, papers: tuple[PaperLine, ...]) -> None:
        """Offer the papers of a case."""
        self.paper.choices = [SelectChoice(one.document_id, say(one.name)) for one in list_takable(papers)]
