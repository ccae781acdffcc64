"""Decide what an interim confirmation prints of a title: texts as on the card, nothing of our own making."""

import re
from datetime import date

from servicedesk.interim.rules.values import TitleKind

_CODED = re.compile(r"(\d+[a-z]?)((?:\.\d+[a-z]?)*)")
_LAW = "AufenthG"

AS_ON_THE_CARD = "wie auf dem Aufenthaltstitel oder seinem Zusatzblatt eingetragen"
"""Stands for an employment condition that the register does not have."""

_VISA = "Nationales Visum"
_PLAIN = "Aufenthaltstitel"


def spell_basis(legal_basis: str) -> str:
    """Write a legal basis as the card does: `16b.1` is `§ 16b Abs. 1 AufenthG`.

    What follows the paragraph (a sentence, a number or an alternative) is not told apart by the list, so the list's
    own code stands behind it: `28.1.1` is `§ 28 Abs. 1 AufenthG (28.1.1)`. Other texts stay as they are.
    """
    text = " ".join(legal_basis.split())
    coded = _CODED.fullmatch(text)
    if coded is None:
        return text
    rest = coded[2].strip(".").split(".") if coded[2] else []
    if not rest:
        return f"§ {coded[1]} {_LAW}"
    spelled = f"§ {coded[1]} Abs. {rest[0]} {_LAW}"
    return spelled if len(rest) == 1 else f"{spelled} ({text})"


def title_text(kind: TitleKind, concern_name: str | None, card_says: date | None = None) -> str:
    """Name the title; `concern_name` is the catalogue's for a legal basis it knows.

    `card_says` is the printed end where an ordinance let the title run on: whoever compares paper and card would
    stumble over two dates.
    """
    name = _PLAIN
    if kind is TitleKind.national_visa:
        name = _VISA
    elif concern_name is not None and kind is TitleKind.residence_title:
        name = concern_name
    return (
        name if card_says is None else f"{name} (Karte bis {card_says:%d.%m.%Y}, durch Verordnung verlängert)"
    )


def condition_text(employment_condition: str) -> str:
    """Return the employment condition word for word."""
    return employment_condition.strip() or AS_ON_THE_CARD
