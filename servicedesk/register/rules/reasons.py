"""List why a line is rejected, and what is only worth a warning: a stable code, a German and an English sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Explain one code to the person who has to correct the register."""

    code: str
    german: str
    english: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """Say which value of which line is not accepted, and why.

    `line` is the physical number of the record's first line, `column` the field's name (empty: the whole line),
    `other_line` the line it contradicts.
    """

    line: int
    column: str
    value: str
    code: str
    other_line: int | None = None


def _reasons(*entries: tuple[str, str, str]) -> dict[str, Reason]:
    return {code: Reason(code, german, english) for code, german, english in entries}


REJECTIONS: dict[str, Reason] = _reasons(
    ("record_too_long", "Die Zeile ist länger als eine Million Zeichen.", "The line is longer than a million characters."),
    ("stray_quote", "Ein Anführungszeichen wird nicht geschlossen oder steht mitten im Feld.", "A quotation mark is not closed or stands inside a field."),
    ("too_few_columns", "Die Zeile hat weniger Spalten als die Kopfzeile.", "The line has fewer columns than the header."),
    ("too_many_columns", "Die Zeile hat mehr Spalten als die Kopfzeile.", "The line has more columns than the header."),
    ("control_character", "Das Feld enthält ein Steuerzeichen oder ein Nullbyte.", "The field contains a control character or a NUL byte."),
    ("line_break", "Das Feld enthält einen Zeilenumbruch.", "The field contains a line break."),
    ("undecodable", "Das Feld enthält Bytes, die in dieser Kodierung kein Zeichen sind.", "The field contains bytes that are no character in this encoding."),
    ("too_long", "Der Wert ist zu lang.", "The value is too long."),
    ("file_number_missing", "Das Aktenzeichen fehlt.", "The file number is missing."),
    ("file_number_sign", "Das Aktenzeichen enthält Zeichen, die dort nicht vorkommen.", "The file number contains characters that do not belong there."),
    ("file_number_reused", "Unter diesem Aktenzeichen ist eine andere Person gespeichert: Name und Geburtsdatum sind beide anders.", "Another person is stored under this file number: name and birth date both differ."),
    ("name_missing", "Familienname und Vornamen fehlen.", "Family name and given names are missing."),
    ("name_digit", "Der Name enthält eine Ziffer; vielleicht sind Spalten vertauscht.", "The name contains a digit; columns may be swapped."),
    ("name_sign", "Der Name enthält ein Zeichen, das in Namen nicht vorkommt.", "The name contains a character that names do not have."),
    ("birth_missing", "Das Geburtsdatum fehlt.", "The birth date is missing."),
    ("birth_in_future", "Das Geburtsdatum liegt in der Zukunft.", "The birth date lies in the future."),
    ("birth_too_old", "Das Geburtsdatum liegt mehr als 120 Jahre zurück.", "The birth date is more than 120 years ago."),
    ("columns_swapped", "Geburtsdatum und Gültigkeitsende sind wahrscheinlich vertauscht.", "Birth date and end date are probably swapped."),
    ("date_format", "Das ist kein Datum in der Form TT.MM.JJJJ oder JJJJ-MM-TT.", "This is no date written as DD.MM.YYYY or YYYY-MM-DD."),
    ("date_two_digit_year", "Das Jahr hat nur zwei Ziffern und ist nicht eindeutig.", "The year has two digits only and is ambiguous."),
    ("date_not_in_calendar", "Diesen Tag gibt es im Kalender nicht.", "There is no such day in the calendar."),
    ("date_implausible", "Das Jahr liegt außerhalb von 1900 bis 2199.", "The year lies outside 1900 to 2199."),
    ("legal_basis_missing", "Die Rechtsgrundlage fehlt.", "The legal basis is missing."),
    ("issued_before_birth", "Der Titel wäre vor der Geburt erteilt worden.", "The title would have been issued before birth."),
    ("end_before_issue", "Das Gültigkeitsende liegt vor der Erteilung.", "The end date lies before the issue date."),
    ("end_before_birth", "Das Gültigkeitsende liegt vor der Geburt.", "The end date lies before birth."),
    ("card_before_issue", "Die Karte wäre vor der Erteilung abgelaufen.", "The card would have expired before the title was issued."),
    ("end_implausible", "Das Gültigkeitsende liegt mehr als 50 Jahre in der Zukunft.", "The end date lies more than 50 years ahead."),
    ("duplicate_differs", "Zeile %(line)s und Zeile %(other_line)s nennen denselben Titel mit verschiedenen Angaben.", "Line %(line)s and line %(other_line)s give the same title with different values."),
)  # fmt: skip

WARNINGS: dict[str, Reason] = _reasons(
    ("name_question_mark", "Im Namen steht ein „?“: Beim Export ging ein Buchstabe verloren.", "A “?” stands in the name: the export lost a letter."),
    ("name_mojibake", "Der Name sieht aus wie falsch gelesenes UTF-8.", "The name looks like misread UTF-8."),
    ("name_in_wrong_column", "Nur die Spalte Vornamen ist ausgefüllt; sie gilt als einziger Name.", "Only the given names are filled in; they count as the only name."),
    ("invisible_removed", "Unsichtbare Zeichen wurden entfernt.", "Invisible characters were removed."),
    ("foreign_digits", "Ein Datum stand in arabischen oder persischen Ziffern.", "A date was written in Arabic or Persian digits."),
    ("birth_not_in_calendar", "Den Geburtstag gibt es im Kalender nicht; er bleibt so, wie er im Register steht.", "The birth date is not in the calendar; it is kept as the register has it."),
    ("issued_in_future", "Das Erteilungsdatum liegt in der Zukunft.", "The issue date lies in the future."),
    ("sex_unknown", "Der Eintrag zum Geschlecht ist unbekannt.", "The entry for sex is unknown."),
    ("nationality_unknown", "Eine Staatsangehörigkeit ist kein dreistelliger Schlüssel.", "A nationality is no three-digit key."),
    ("postcode_unusual", "Die Postleitzahl hat nicht fünf Ziffern.", "The postcode does not have five digits."),
    ("language_unknown", "Die Sprache ist kein gültiges Kürzel.", "The language is no valid tag."),
    ("email_unusable", "Die E-Mail-Adresse ist unbrauchbar und wurde weggelassen.", "The e-mail address is unusable and was left out."),
    ("phone_unusable", "Die Telefonnummer ist unbrauchbar und wurde weggelassen.", "The phone number is unusable and was left out."),
    ("person_differs", "Eine frühere Zeile derselben Person nennt Name, Anschrift oder Kontakt anders; die frühere gilt.", "An earlier line of the same person gives name, address or contact differently; the earlier one counts."),
    ("own_representative", "Die Person wäre ihr eigener gesetzlicher Vertreter; der Eintrag wurde weggelassen.", "The person would represent themselves; the entry was left out."),
)  # fmt: skip


def explain(rejection: Rejection, *, english: bool = False) -> str:
    """Return the sentence of a rejection, with the line numbers filled in."""
    reason = REJECTIONS[rejection.code]
    sentence = reason.english if english else reason.german
    if rejection.other_line is None:
        return sentence
    return sentence % {"line": rejection.line, "other_line": rejection.other_line}
