"""Take what residents ask."""

from typing import Any

from wtforms import RadioField, TextAreaField

from servicedesk.cases.answering import LONGEST_QUESTION, Wish
from servicedesk.web.forms import AtMost, BaseForm, Filled, clean_text
from servicedesk.web.locale import gettext
from servicedesk.web.locale import lazy_gettext as _l


class AskForm(BaseForm):
    """Ask what somebody wants to know."""

    text = TextAreaField(
        _l("Was möchten Sie wissen?"),
        [Filled(_l("Schreiben Sie, was Sie wissen möchten.")), AtMost(LONGEST_QUESTION)],
        filters=[clean_text],
    )


class WishForm(BaseForm):
    """Ask how somebody wants to hear of the answer."""

    wish = RadioField(
        _l("Wie sollen wir Ihnen antworten?"),
        [Filled(_l("Wählen Sie, wie Sie die Antwort bekommen möchten."))],
        validate_choice=False,
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.wish.choices = [
            (Wish.page.value, gettext("Nur hier im Internet")),
            (Wish.letter.value, gettext("Hier und mit einem Brief")),
        ]

    @property
    def chosen(self) -> Wish:
        """Return what was chosen; anything else counts as the page."""
        return Wish.letter if self.wish.data == Wish.letter.value else Wish.page
