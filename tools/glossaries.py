"""Write a glossary as the product reads it.

python -m tools.glossaries TAG FILE   FILE is JSON: {"German term": {"use": "word", "forms": ["stem", …]}}
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from servicedesk.kernel.glossary import Term, glossary_file, parse_glossary
from servicedesk.kernel.locales import LANGUAGES


def format_glossary(terms: Iterable[Term]) -> str:
    """Return the TOML of a glossary; a JSON string is a TOML string, too."""
    tables = (
        f"[{_quoted(term.german)}]\nuse = {_quoted(term.use)}\n"
        f"forms = {_list(term.forms)}\n" + (f"also = {_list(term.also)}\n" if term.also else "")
        for term in terms
    )
    return "\n".join(tables)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def main(tag: str, source: Path) -> int:
    """Convert one file."""
    target = glossary_file(tag)
    if tag not in LANGUAGES or target is None:
        print(f"{tag} is no language with a catalogue", file=sys.stderr)
        return 1
    terms = parse_glossary(json.loads(source.read_text(encoding="utf-8")))
    target.write_text(format_glossary(terms), encoding="utf-8")
    print(f"{target}: {len(terms)} terms")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
