"""Make a person's list, or a blank one, into a sheet for the printer; sheets once drawn are kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import groupby

from servicedesk.checklists.catalogue import Catalogue
from servicedesk.checklists.rules import Concern, Requirement
from servicedesk.kernel.intervals import Lead
from servicedesk.kernel.locales import GERMAN, Language, get_language, translations
from servicedesk.notices.contexts import OfficeBlock, PaperForm, Phrase
from servicedesk.notices.contexts.checklists import ChecklistGroup, ChecklistLine, ChecklistSheet, LineMark
from servicedesk.notices.letters import RenderedLetter
from servicedesk.notices.letters.checklists import render_checklists

N_ = str
"""Mark a German text for the catalogues of translations."""

_ONE_IS_ENOUGH = N_("Eine dieser Unterlagen genügt")
_WEEK = 7


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """Say which list is wanted. `marks` (document id → mark), `file_number` and `name` are of a case's list."""

    concern: Concern
    requirements: tuple[Requirement, ...]
    locale: str
    printed_on: date
    is_large: bool = False
    marks: Mapping[str, LineMark] = field(default_factory=dict)
    file_number: str = ""
    name: str = ""
    is_draft: bool = False


def build_sheet(order: SheetOrder, catalogue: Catalogue, office: OfficeBlock) -> ChecklistSheet:
    """Return the values of one printed list."""
    words = Words(catalogue, get_language(order.locale))
    path = short_path(order.concern, words.language)
    return ChecklistSheet(
        locale=words.language.tag,
        office=office,
        concern=words.phrase(order.concern.name),
        groups=tuple(_groups(order, words)),
        version=catalogue.version,
        printed_on=order.printed_on,
        typed_url=f"{office.base_url.split('://', 1)[-1]}{path}",
        url=f"{office.base_url}{path}",
        is_machine_translated=office.is_machine_translated(words.language.tag),
        is_large=order.is_large,
        file_number=order.file_number,
        name=order.name,
        is_draft=order.is_draft,
    )


def short_path(concern: Concern, language: Language) -> str:
    """Return the path under which a person finds the same list on the net, short enough to be typed."""
    return f"/{language.tag}/p/{concern.letters}"


def print_sheet(sheet: ChecklistSheet) -> RenderedLetter:
    """Render one list; a blank one is drawn once per day, language and version. Raises LettersUnavailable."""
    if sheet.is_of_case or sheet.is_draft:
        # Nobody's papers stay in memory, and a draft is another one a minute later.
        return render_checklists((sheet,))
    return _kept(sheet)


# An office has some forty concerns; the languages asked for on one day are few.
@lru_cache(maxsize=300)
def _kept(sheet: ChecklistSheet) -> RenderedLetter:
    return render_checklists((sheet,))


class Words:
    """Say catalogue texts in German and another language; an office's own translation goes before ours."""

    def __init__(self, catalogue: Catalogue, language: Language) -> None:
        self.language = language
        self._catalogue = catalogue

    def phrase(self, text: str) -> Phrase:
        """Return a text with its translation, if there is one."""
        if not text or self.language == GERMAN:
            return Phrase(text)
        own = self._catalogue.translate(text, self.language.tag)
        translated = own or str(translations(self.language.tag).gettext(text))
        return Phrase(text, "" if translated == text else translated)

    def age(self, span: Lead) -> Phrase:
        """Return how old a paper may be, in both languages."""
        german = _age_text(span, GERMAN)
        if self.language == GERMAN:
            return Phrase(german)
        translated = _age_text(span, self.language)
        return Phrase(german, "" if translated == german else translated)


def _age_text(span: Lead, language: Language) -> str:
    catalogue = translations(language.tag)
    if span.months and not span.days:
        text = catalogue.ngettext(
            "Höchstens %(num)s Monat alt.", "Höchstens %(num)s Monate alt.", span.months
        )
        return str(text % {"num": span.months})
    days = span.days + span.months * 30
    if days % _WEEK == 0:
        weeks = days // _WEEK
        text = catalogue.ngettext("Höchstens %(num)s Woche alt.", "Höchstens %(num)s Wochen alt.", weeks)
        return str(text % {"num": weeks})
    text = catalogue.ngettext("Höchstens %(num)s Tag alt.", "Höchstens %(num)s Tage alt.", days)
    return str(text % {"num": days})


def _groups(order: SheetOrder, words: Words) -> Iterator[ChecklistGroup]:
    """Gather lines: what stands alone together, each choice under its heading, numbered through."""
    number = 0
    for group, members in groupby(order.requirements, key=lambda line: line.group):
        lines = []
        if group:
            number += 1
        for position, requirement in enumerate(members):
            if not group:
                number += 1
            label = f"{number}{chr(ord('a') + position)}" if group else str(number)
            lines.append(_line(requirement, label, order.marks, words))
        yield ChecklistGroup(tuple(lines), words.phrase(_ONE_IS_ENOUGH) if group else Phrase(""))


def _line(requirement: Requirement, label: str, marks: Mapping[str, LineMark], words: Words) -> ChecklistLine:
    document = requirement.document
    first, *further = requirement.notes or ("",)
    notes = [words.phrase(text) for text in further]
    if document.max_age is not None:
        notes.append(words.age(document.max_age))
    notes.append(words.phrase(document.where))
    return ChecklistLine(
        number=label,
        name=words.phrase(document.name),
        form=PaperForm(document.form.value),
        condition=words.phrase(first),
        notes=tuple(notes),
        mark=marks.get(document.id, LineMark.OPEN),
    )
