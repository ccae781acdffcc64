"""Give every form the request's language, our own sentences, and fields that forgive how people type."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import g
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import StopValidation

from servicedesk.web.locale import LazyText, is_switching, lazy_gettext

MAX_TEXT = 2000
MAX_NAME = 200


class _Silent:
    """Keep WTForms' own English sentences out: every validator of ours brings its text."""

    def gettext(self, string: str) -> str:
        return string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


class BaseForm(FlaskForm):  # type: ignore[misc]  # flask-wtf publishes no types
    """Be the parent of every form.

    A POST whose submit button is the language switch fills the form and validates nothing.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Tie WTForms to the request's language."""

        # The edge holds every POST to the token before a view runs (web.edge.csrf); a second check here would cost
        # a signature per form and could refuse nothing more.
        csrf = False

        @property
        def locales(self) -> list[str]:
            """Return the request's Babel locale."""
            return [g.language.babel]

        def get_translations(self, form: Any) -> Any:
            """Return a catalogue without sentences; see _Silent."""
            return _Silent()

    def validate_on_submit(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Tell whether the form was sent for good and holds no fault."""
        return (
            self.is_submitted()
            and not is_switching()
            and bool(self.validate(extra_validators=extra_validators))
        )


class Filled:
    """Ask for a value with a sentence of its own; a blank one does not count."""

    field_flags: ClassVar[dict[str, Any]] = {}

    def __init__(self, message: LazyText) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        """Stop with our sentence when nothing was typed or chosen."""
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()) or field.data == []:
            field.errors[:] = []
            raise StopValidation(str(self.message))


class AtMost:
    """Refuse a text longer than `limit` characters, naming the limit."""

    field_flags: ClassVar[dict[str, Any]] = {}

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Any, field: Any) -> None:
        """Stop when the text is too long."""
        if field.data and len(field.data) > self.limit:
            message = lazy_gettext("Kürzen Sie den Text auf höchstens %(limit)s Zeichen.", limit=self.limit)
            raise StopValidation(str(message))


# Embeddings, overrides and isolates turn the text beside them around: a birth date behind a name would read backwards.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_text(value: str | None) -> str | None:
    """Return a typed text as it is meant: composed, without control characters, spaces at the ends removed.

    Line breaks of a text area stay; in one-line fields a browser sends none, and a hostile one becomes a space.
    """
    if value is None:
        return None
    composed = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (c for c in composed if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(c for c in kept if c not in _TURNING).strip()


def clean_line(value: str | None) -> str | None:
    """Return a typed one-line text, line breaks turned into spaces."""
    cleaned = clean_text(value)
    return " ".join(cleaned.split()) if cleaned else cleaned


class LineField(StringField):
    """Take one line of text, cleaned."""

    def __init__(self, label: LazyText | str = "", validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, filters=[clean_line], **options)  # type: ignore[arg-type]
