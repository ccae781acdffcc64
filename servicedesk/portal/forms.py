"""Take what visitors type."""

from wtforms import FormField

from servicedesk.web.dates import BirthDateParts
from servicedesk.web.forms import MAX_NAME, AtMost, BaseForm, Filled, LineField
from servicedesk.web.locale import lazy_gettext as _l


class SurnameForm(BaseForm):
    """Ask for a surname, to say who is responsible."""

    surname = LineField(
        _l("Wie ist Ihr Familienname?"),
        [Filled(_l("Schreiben Sie Ihren Familiennamen, so wie er auf Ihrer Karte steht.")), AtMost(MAX_NAME)],
    )


class CodeForm(BaseForm):
    """Ask for the code of the letter."""

    code = LineField(
        _l("Wie lautet der Code in Ihrem Brief?"),
        [Filled(_l("Geben Sie den Code ein. Er steht in Ihrem Brief: vier Gruppen mit je vier Zeichen."))],
    )

    def refuse_slip(self) -> None:
        """Say that a character is wrong; the check character tells, so this counts as no attempt."""
        message = _l("Der Code hat 16 Zeichen. Vergleichen Sie jedes Zeichen mit Ihrem Brief.")
        self.code.errors = [str(message)]


class BirthDateForm(BaseForm):
    """Ask for the birth date beside the code."""

    birth_date = FormField(BirthDateParts, _l("Wann sind Sie geboren?"))
