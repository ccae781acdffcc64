"""Read the words that an office uses for its things, per language, and find texts that use others.

`translations/<catalogue>/glossary.toml` holds a table per German term: `use` is the word for it, `forms` are stems of
which a translation shows at least one wherever its German text holds the term, `also` what older texts say instead and
a reviewer has yet to settle. The German word itself will do, too: it stands in brackets where readers meet it on paper.
Forms are found within words; other words that begin like a term (Passwort) have theirs in the list.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from servicedesk.kernel.locales import catalogue_file


@dataclass(frozen=True, slots=True)
class Term:
    """Say how one German term is called in a language."""

    german: str
    use: str
    forms: tuple[str, ...]
    also: tuple[str, ...] = ()


def glossary_file(tag: str) -> Path | None:
    """Return where the glossary of a language stands; None for German."""
    catalogue = catalogue_file(tag)
    return catalogue.parent.parent / "glossary.toml" if catalogue else None


@cache
def read_glossary(tag: str) -> tuple[Term, ...]:
    """Return the terms of a language in the order of its file; none where there is no file."""
    file = glossary_file(tag)
    if file is None or not file.exists():
        return ()
    return parse_glossary(tomllib.loads(file.read_text(encoding="utf-8")))


def parse_glossary(entries: Mapping[str, Mapping[str, object]]) -> tuple[Term, ...]:
    """Return the terms of `{German term: {"use": word, "forms": [stem, …], "also": […]}}`; raises ValueError."""
    return tuple(_term(german, entry) for german, entry in entries.items())


def _term(german: str, entry: Mapping[str, object]) -> Term:
    use, forms, also = entry.get("use"), entry.get("forms"), entry.get("also", [])
    if not (isinstance(use, str) and use.strip() and isinstance(forms, list) and forms):
        raise ValueError(f"{german}: needs a word to use and its forms")
    if not isinstance(also, list) or not all(isinstance(form, str) and form.strip() for form in forms + also):
        raise ValueError(f"{german}: a form is a text")
    return Term(german, use, tuple(forms), tuple(also))


def list_deviations(glossary: Iterable[Term], german: str, translated: Iterable[str]) -> list[str]:
    """Return the terms of a German text for which no translation of it shows a word of the glossary."""
    folded = _folded("\n".join(translated))
    return [
        f"glossary: {term.german} is {term.use!r} here"
        for term in glossary
        if _is_in(term.german, german)
        and not any(_folded(form) in folded for form in (*term.forms, *term.also, term.german))
    ]


def _folded(text: str) -> str:
    # The dotted İ would become two characters, of which no stem has the second.
    return text.replace("İ", "i").casefold()


def _is_in(term: str, german: str) -> bool:
    # At the start of a word: "Zweckwechselantrag" is another paper than an "Antrag".
    return re.search(rf"(?<![A-Za-zÄÖÜäöüß]){re.escape(term)}", german) is not None
