"""Take what visitors type."""

from collections.abc import Iterable
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FormField, RadioField, TextAreaField

from servicedesk.web.dates import BirthDateParts, EndDateParts
from servicedesk.web.forms import MAX_NAME, AtMost, BaseForm, Filled, LineField, clean_text
from servicedesk.web.locale import lazy_gettext as _l
from servicedesk.web.locale import say

INCOMPLETE_EMAIL = _l("Schreiben Sie die E-Mail-Adresse vollständig, zum Beispiel name@example.org.")
ENOUGH_MAILS = _l(
    "Wir haben in dieser Stunde schon mehrere E-Mails geschickt. Sehen Sie im Postfach nach, oder versuchen Sie es später noch einmal."
)
ODD_PHONE = _l("Schreiben Sie die Nummer mit Ziffern und mit Vorwahl, zum Beispiel 0151 23456789.")
ODD_ADDRESS = _l("Schreiben Sie Straße, Postleitzahl und Ort, so wie sie auf einem Brief stehen.")


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


class NameForm(BaseForm):
    """Ask for the name, in the card's two parts; either may be the only one."""

    family_name = LineField(_l("Familienname"), [AtMost(MAX_NAME)])
    given_names = LineField(_l("Vornamen"), [AtMost(MAX_NAME)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for at least one of the two."""
        if not super().validate(extra_validators):
            return False
        if self.family_name.data or self.given_names.data:
            return True
        self.family_name.errors = [str(_l("Schreiben Sie Ihren Namen, so wie er auf Ihrer Karte steht."))]
        return False


class OwnBirthDateForm(BaseForm):
    """Ask a visitor without a code for the birth date."""

    birth_date = FormField(BirthDateParts, _l("Wann sind Sie geboren?"))


class EndDateForm(BaseForm):
    """Ask until when the card is valid; it may be unknown."""

    ends_on = FormField(EndDateParts, _l("Bis wann gilt Ihr Aufenthaltstitel?"))
    unknown = BooleanField(_l("Das weiß ich nicht, oder ich habe die Karte nicht mehr"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Accept no date where the visitor says that it is unknown."""
        return bool(self.unknown.data) or super().validate(extra_validators)


class ConcernForm(BaseForm):
    """Ask what the matter is about."""

    concern = RadioField(
        _l("Worum geht es?"),
        [Filled(_l("Wählen Sie, was am besten passt. Sind Sie unsicher, wählen Sie das letzte."))],
    )


class ReachForm(BaseForm):
    """Ask how the office can reach the visitor; one way is enough, the counter is one."""

    email = LineField(_l("E-Mail"), [AtMost(MAX_NAME)])
    phone = LineField(_l("Telefon"), [AtMost(60)])
    address = TextAreaField(_l("Adresse für Briefe"), [AtMost(400)], filters=[clean_text])
    comes = BooleanField(_l("Ich komme an den Schalter"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one way at least, and for an e-mail address that can be one."""
        if not super().validate(extra_validators):
            return False
        if self.email.data and not is_email(self.email.data):
            self.email.errors = [str(INCOMPLETE_EMAIL)]
            return False
        if self.email.data or self.phone.data or self.address.data or self.comes.data:
            return True
        self.email.errors = [str(_l("Nennen Sie einen Weg, auf dem wir Sie erreichen. Einer genügt."))]
        return False


class WishForm(BaseForm):
    """Ask how to go on when no offered time suits."""

    way = RadioField(
        _l("Wie sollen wir einen Termin finden?"),
        [Filled(_l("Wählen Sie einen der beiden Wege."))],
    )
    note = TextAreaField(_l("Was sollen wir wissen?"), [AtMost(300)], filters=[clean_text])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.way.choices = [
            ("wait", str(_l("Auf die Warteliste: Wird eine frühere Zeit frei, melden wir uns"))),
            ("call", str(_l("Rufen Sie mich an"))),
        ]


class CancelForm(BaseForm):
    """Take the wish to call an appointment off."""

    reason = LineField(_l("Warum sagen Sie ab?"), [AtMost(200)])


class AddressForm(BaseForm):
    """Ask for the address where a person lives now, in the parts that the register has."""

    street = LineField(
        _l("Straße"), [Filled(_l("Schreiben Sie die Straße, in der Sie wohnen.")), AtMost(MAX_NAME)]
    )
    house_number = LineField(_l("Hausnummer"), [AtMost(30)])
    postcode = LineField(
        _l("Postleitzahl"), [Filled(_l("Schreiben Sie die Postleitzahl, fünf Ziffern.")), AtMost(12)]
    )
    town = LineField(_l("Ort"), [Filled(_l("Schreiben Sie den Ort.")), AtMost(100)])


class LanguageForm(BaseForm):
    """Ask in which language the office shall write."""

    language = RadioField(
        _l("In welcher Sprache sollen wir Ihnen schreiben?"), [Filled(_l("Wählen Sie eine Sprache."))]
    )


class EmailForm(BaseForm):
    """Ask for an e-mail address."""

    email = LineField(
        _l("Wie lautet Ihre E-Mail-Adresse?"),
        [Filled(_l("Schreiben Sie Ihre E-Mail-Adresse, oder gehen Sie zurück.")), AtMost(MAX_NAME)],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for an address that can be one."""
        if not super().validate(extra_validators):
            return False
        if is_email(self.email.data or ""):
            return True
        self.email.errors = [str(INCOMPLETE_EMAIL)]
        return False


class PhoneForm(BaseForm):
    """Ask for a telephone number."""

    phone = LineField(
        _l("Unter welcher Telefonnummer erreichen wir Sie?"),
        [Filled(_l("Schreiben Sie Ihre Telefonnummer, oder gehen Sie zurück.")), AtMost(60)],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a number that can be dialled."""
        if not super().validate(extra_validators):
            return False
        if sum(sign.isdecimal() for sign in self.phone.data or "") >= 5:
            return True
        self.phone.errors = [str(ODD_PHONE)]
        return False


class FactForm(BaseForm):
    """Ask one thing that the list of papers depends on; nobody has to know the answer."""

    answer = RadioField("", [Filled(_l("Wählen Sie eine Antwort. Sie dürfen auch „Weiß ich nicht“ wählen."))])

    def __init__(self, question: str, **options: Any) -> None:
        """Take the question, a German text of the catalogue."""
        super().__init__(**options)
        self.answer.label.text = say(question)
        self.answer.choices = [
            ("yes", str(_l("Ja"))),
            ("no", str(_l("Nein"))),
            ("unknown", str(_l("Weiß ich nicht"))),
        ]

    def fill(self, value: bool | None) -> None:
        """Show the answer given before."""
        self.answer.data = {True: "yes", False: "no", None: "unknown"}[value]

    @property
    def value(self) -> bool | None:
        """Return yes, no, or None for a question that was skipped."""
        return {"yes": True, "no": False}.get(self.answer.data)


def ask_in_address(
    name: str, question: str, choices: Iterable[tuple[str, str]], values: MultiDict[str, str] | None
) -> Any:
    """Return a form of one question whose answer goes into the address; texts are German texts of the catalogue."""
    field = RadioField(say(question), [Filled(_l("Wählen Sie eine Antwort."))])
    form = type("AddressQuestionForm", (BaseForm,), {name: field})(values, meta={"csrf": False})
    form[name].choices = [(value, say(label)) for value, label in choices]
    return form


class ConfirmForm(BaseForm):
    """Take the act itself; everything else is known."""


def is_email(text: str) -> bool:
    """Tell whether a text can be an e-mail address; the confirmation mail is the real test."""
    local, at, domain = text.rpartition("@")
    return bool(at and local and "." in domain.strip(".")) and not any(sign.isspace() for sign in text)
