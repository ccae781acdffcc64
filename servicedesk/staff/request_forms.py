"""Take what staff answer to a request for a time."""

from wtforms import RadioField

from servicedesk.booking.rules.arrangements import REFUSED_LABELS
from servicedesk.staff.forms import choices
from servicedesk.web.forms import AtMost, BaseForm, Filled, LineField
from servicedesk.web.locale import lazy_gettext as _l


class RefuseRequestForm(BaseForm):
    """Take why a request is refused; the person reads the sentence that is chosen."""

    reason = RadioField(_l("Warum geht es nicht?"), [Filled(_l("Wählen Sie den Grund."))])
    note = LineField(_l("Vermerk für das Team"), [AtMost(300)])

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.reason.choices = choices((reason.value, label) for reason, label in REFUSED_LABELS.items())


class OfferForm(BaseForm):
    """Take why times are proposed before their turn; the times themselves are ticked boxes."""

    reason = LineField(_l("Grund"), [AtMost(300)])
