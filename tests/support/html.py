"""Read HTML answers strictly: every one in every test is parsed, and the usual slips are faults."""

import re
from dataclasses import dataclass

import html5lib

# html5lib knows HTML as it was before these; browsers and the standard accept them.
_TOLERATED = {"unknown-doctype"}


@dataclass
class Page:
    """Offer what tests ask a page."""

    text: str

    def __post_init__(self):
        parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
        self.tree = parser.parse(self.text)
        faults = [fault for _, fault, _ in parser.errors if fault not in _TOLERATED]
        assert not faults, f"malformed HTML: {faults[:5]}"
        self._refuse_slips()

    def _refuse_slips(self):
        ids = [node.get("id") for node in self.tree.iter() if node.get("id")]
        doubled = {one for one in ids if ids.count(one) > 1}
        assert not doubled, f"ids used twice: {doubled}"
        assert len(self.all("h1")) == 1, f"{len(self.all('h1'))} h1 on the page"
        for node in self.tree.iter():
            if not isinstance(node.tag, str):
                continue
            assert "style" not in node.attrib, f"inline style on <{node.tag}>"
            assert not [name for name in node.attrib if name.startswith("on")], (
                f"inline script on <{node.tag}>"
            )
            assert not (node.tag == "script" and (node.text or "").strip()), "inline script"
        assert "None" not in re.findall(r">\s*(None)\s*<", self.text), "a None reached the page"
        known = set(ids)
        for label in self.all("label"):
            target = label.get("for")
            assert target is None or target in known, f"label for {target!r}, which is not there"

    def all(self, tag, **attributes):
        """Return every element of a tag with these attributes."""
        return [
            node
            for node in self.tree.iter(tag)
            if all(
                node.get(name.rstrip("_").replace("_", "-")) == value for name, value in attributes.items()
            )
        ]

    def words(self, node=None):
        """Return the visible text, white space folded."""
        return " ".join(" ".join((self.tree if node is None else node).itertext()).split())

    @property
    def h1(self):
        """Return the heading's text."""
        return self.words(self.all("h1")[0])

    @property
    def title(self):
        """Return the title's text."""
        return self.words(self.all("title")[0])

    @property
    def errors(self):
        """Return the sentences of the error summary."""
        summary = [node for node in self.tree.iter() if node.get("data-error-summary") is not None]
        return [self.words(item) for node in summary for item in node.iter("li")]

    def links(self):
        """Return the address of every link, by its text."""
        return {self.words(node): node.get("href") for node in self.all("a")}

    def hidden(self):
        """Return the hidden fields of the page's main form."""
        return {node.get("name"): node.get("value") or "" for node in self.all("input", type="hidden")}

    def form(self, form_id="page-form"):
        """Return the action and the filled-in values of a form."""
        form = next(node for node in self.all("form") if node.get("id") == form_id or form_id is None)
        values = {}
        for node in form.iter():
            name, kind = node.get("name"), node.get("type")
            if node.tag == "input" and name and kind not in {"checkbox", "radio", "submit", "file"}:
                values[name] = node.get("value") or ""
            elif node.tag == "input" and name and kind in {"checkbox", "radio"} and "checked" in node.attrib:
                values[name] = node.get("value") or "on"
            elif node.tag == "textarea" and name:
                values[name] = node.text or ""
            elif node.tag == "select" and name:
                chosen = [option for option in node.iter("option") if "selected" in option.attrib]
                options = chosen or list(node.iter("option"))[:1]
                values[name] = options[0].get("value") if options else ""
        return form.get("action") or "", values
