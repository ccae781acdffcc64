"""Take what visitors type."""

from servicedesk.web.forms import MAX_NAME, AtMost, BaseForm, Filled, LineField
from servicedesk.web.locale import lazy_gettext as _l


class SurnameForm(BaseForm):
    """Ask for a surname, to say who is responsible."""

    surname = LineField(
        _l("Wie ist Ihr Familienname?"),
        [Filled(_l("Schreiben Sie Ihren Familiennamen, so wie er auf Ihrer Karte steht.")), AtMost(MAX_NAME)],
    )
