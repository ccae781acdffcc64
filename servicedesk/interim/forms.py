"""Take what visitors type about a confirmation."""

from typing import Any

from servicedesk.interim.rules.status import parse_status_code
from servicedesk.web.forms import BaseForm, Filled, LineField
from servicedesk.web.locale import lazy_gettext as _l


class StatusForm(BaseForm):
    """Ask for the status code of a confirmation; without a CSRF token, as it changes nothing."""

    class Meta(BaseForm.Meta):
        """Leave the token out."""

        csrf = False

    code = LineField(
        _l("Wie lautet der Statuscode?"),
        [
            Filled(
                _l(
                    "Geben Sie den Statuscode ein. Er steht oben auf dem Blatt: zwei Gruppen mit je fünf Zeichen."
                )
            )
        ],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for ten characters that can be a code; whether it is one is not said here."""
        if not super().validate(extra_validators):
            return False
        if parse_status_code(self.code.data or ""):
            return True
        self.code.errors = [
            str(_l("Der Statuscode hat zehn Zeichen. Vergleichen Sie jedes Zeichen mit dem Blatt."))
        ]
        return False

    def first_fault(self) -> str:
        """Return the sentence about what is wrong, or nothing."""
        return str(self.code.errors[0]) if self.code.errors else ""
