"""Say in the page which texts are German because nobody has translated them yet (WCAG 2.2, 3.1.2).

A text without a translation is a `GermanText`: plain everywhere, and between two marks where a template prints it.
When the page is finished the marks become `<span lang="de" dir="ltr">`. What cannot hold an element loses them:
attributes for good, a title, an option or a text field in favour of its own `lang`.
"""

import re
from typing import Any

from jinja2 import Template
from markupsafe import escape

# Noncharacters: no text holds them, no browser shows them, and none is ever sent.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARKED = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_MARK = re.compile(f"[{_OPEN}{_CLOSE}]")
_TAG = re.compile(r"""<!--.*?-->|<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""", re.DOTALL)
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z0-9]+)")
_TEXT_ONLY = frozenset({"title", "option", "textarea", "script", "style"})
_DRAWN = "svg"
_SPOKEN = ' lang="de" dir="ltr"'


class GermanText(str):
    """Be a German text on a page of another language; see `mark_german`."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the escaped text between marks."""
        return f"{_OPEN}{escape(str.__str__(self))}{_CLOSE}"


class MarkingTemplate(Template):
    """Be a template whose finished page names its German passages."""

    def render(self, *arguments: Any, **values: Any) -> str:
        """Return the page; a script's text stays without elements."""
        page = super().render(*arguments, **values)
        return mark_german(page) if (self.name or "").endswith(".html") else _unmarked(page)


def mark_german(page: str) -> str:
    """Turn the marks of a finished page into elements and attributes."""
    if _OPEN not in page and _CLOSE not in page:
        return page
    written: list[str] = []
    holder: tuple[str, int] | None = None  # the element that takes text only, and the place of its tag
    end = 0
    for tag in _TAG.finditer(page):
        _write_text(written, page[end : tag.start()], holder)
        end = tag.end()
        written.append(_unmarked(tag.group()))
        named = _TAG_NAME.match(tag.group())
        if named is None:
            continue
        is_closing, name = bool(named[1]), named[2].lower()
        if holder is None and not is_closing and name in {*_TEXT_ONLY, _DRAWN}:
            holder = (name, len(written) - 1)
        elif holder is not None and is_closing and name == holder[0]:
            holder = None
    _write_text(written, page[end:], holder)
    return "".join(written)


def _write_text(written: list[str], text: str, holder: tuple[str, int] | None) -> None:
    if _OPEN not in text:
        written.append(_unmarked(text))
        return
    if holder is None:
        written.append(_unmarked(_MARKED.sub(rf"<span{_SPOKEN}>\1</span>", text)))
        return
    name, place = holder
    if name in {"title", "option", "textarea"} and _SPOKEN not in written[place]:
        written[place] = written[place].removesuffix(">") + _SPOKEN + ">"
    written.append(_unmarked(text))


def _unmarked(text: str) -> str:
    return _MARK.sub("", text)
