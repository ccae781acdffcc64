"""Take what staff answer to questions."""

from uuid import UUID

from wtforms import SelectField, SelectMultipleField, TextAreaField

from servicedesk.cases.answering import LONGEST_ANSWER, load_blocks
from servicedesk.kernel.locales import GERMAN, LANGUAGES
from servicedesk.offices.queries import StaffView
from servicedesk.web.forms import AtMost, BaseForm, Filled, clean_text
from servicedesk.web.locale import gettext
from servicedesk.web.locale import lazy_gettext as _l


class AnswerForm(BaseForm):
    """Take ready sentences and own words."""

    blocks = SelectMultipleField(_l("Bausteine"), validate_choice=False)
    text = TextAreaField(_l("Eigene Worte"), [AtMost(LONGEST_ANSWER)], filters=[clean_text])
    locale = SelectField(_l("Sprache Ihrer eigenen Worte"), validate_choice=False)

    def offer(self, languages: tuple[str, ...]) -> None:
        """Fill in the choices: every ready sentence, every language of the office."""
        self.blocks.choices = [(block.id, gettext(block.title)) for block in load_blocks().values()]
        self.locale.choices = [(tag, LANGUAGES[tag].endonym) for tag in languages if tag in LANGUAGES]
        self.locale.data = self.locale.data or GERMAN.tag


class ForwardForm(BaseForm):
    """Ask who in the team answers instead."""

    member = SelectField(
        _l("Wer soll antworten?"),
        [Filled(_l("Wählen Sie jemanden aus dem Team dieses Vorgangs."))],
        validate_choice=False,
    )

    def offer(self, colleagues: tuple[StaffView, ...]) -> None:
        """Fill in the choices."""
        self.member.choices = [(one.id.hex, one.name) for one in colleagues]

    @property
    def member_id(self) -> UUID:
        """Return who was chosen; an id that fits nobody for anything else."""
        try:
            return UUID(hex=(self.member.data or "")[:40])
        except ValueError:
            return UUID(int=0)
