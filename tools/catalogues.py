"""Keep the catalogues in step with the texts in code, templates and data.

python -m tools.catalogues update   write translations/messages.pot, add new texts to every catalogue, drop those gone
python -m tools.catalogues check    exit 1 if an update would change which texts a catalogue holds

German sentences are the message ids. A changed sentence is a new message: nothing is guessed from similar ones.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.extract import extract_python as extract_calls
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from servicedesk.kernel.catalogues import list_wanted, template_file
from servicedesk.kernel.locales import LANGUAGES, Language

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
COMMENT_TAG = "translators:"

Found = tuple[int, str | None, Any, list[str]]


def extract_python(file: IO[bytes], keywords: Any, tags: Any, options: dict[str, Any]) -> Iterator[Found]:
    """Yield marked strings, and the sentence of every refusal (`message = "…"` in the body of a class)."""
    source = file.read()
    yield from extract_calls(BytesIO(source), keywords, tags, options)
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        for line in node.body:
            match line:
                case ast.Assign(targets=[ast.Name(id="message")], value=ast.Constant(value=str(text))):
                    yield line.lineno, None, text, []


def extract_toml(file: IO[bytes], keywords: Any, tags: Any, options: dict[str, Any]) -> Iterator[Found]:
    """Yield the texts under the keys named in the mapping; an English name beside one helps the translator."""
    keys = set(options["keys"].split())

    def walk(value: object) -> Iterator[Found]:
        if isinstance(value, dict):
            hint = value.get("name_en")
            for key, inner in value.items():
                if key in keys and isinstance(inner, str):
                    yield 1, None, inner, [hint] if hint and key == "name" else []
                else:
                    yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    yield from walk(tomllib.loads(file.read().decode()))


def read_template() -> Catalog:
    """Return every text of the product, in the order of files."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    template = Catalog(project="servicedesk", charset="utf-8", fuzzy=False)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS, comment_tags=[COMMENT_TAG])
    for path, _, message, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        # Files without lines: a text that moves down a page is no change for a translator.
        template.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return template


def write_template(template: Catalog) -> None:
    """Keep the extracted texts beside the catalogues, for translators' tools; the same texts give the same bytes."""
    written = BytesIO()
    write_po(written, template, width=110, include_lineno=False, omit_header=True)
    template_file().parent.mkdir(parents=True, exist_ok=True)
    template_file().write_bytes(written.getvalue())


def catalogue_path(language: Language) -> Path:
    """Return where the catalogue of a language lies."""
    return ROOT / "translations" / language.catalogue / "LC_MESSAGES" / "messages.po"


def read_catalogue(language: Language) -> Catalog:
    """Return the catalogue of a language, empty where there is none."""
    path = catalogue_path(language)
    locale = language.babel.split("@", 1)[0]
    if not path.exists():
        return Catalog(
            locale=locale,
            project="servicedesk",
            charset="utf-8",
            fuzzy=False,
            header_comment=f"# servicedesk, {language.endonym}. EUPL-1.2, see LICENSE.",
            last_translator="nobody yet",
            language_team="none",
            msgid_bugs_address="see README.md",
        )
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def update(language: Language, template: Catalog) -> tuple[int, int]:
    """Bring one catalogue in step; return how many texts it holds and how many lack a translation."""
    catalogue = read_catalogue(language)
    catalogue.update(
        _for_language(language, template),
        no_fuzzy_matching=True,
        update_header_comment=False,
        update_creation_date=False,
    )
    catalogue.obsolete.clear()
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = BytesIO()
    write_po(written, catalogue, width=110, include_lineno=False)
    path.write_bytes(written.getvalue())
    untranslated = [message for message in catalogue if message.id and not _is_translated(message.string)]
    return len(catalogue), len(untranslated)


def _for_language(language: Language, template: Catalog) -> Catalog:
    chosen = Catalog(project=template.project, charset=template.charset, fuzzy=False)
    for message in list_wanted(language.tag, template):
        chosen.add(
            message.id,
            locations=message.locations,
            auto_comments=message.auto_comments,
            context=message.context,
        )
    return chosen


def list_drift(language: Language, template: Catalog) -> list[str]:
    """Return the texts that a catalogue lacks, or holds though nothing uses them any more."""
    wanted = {message.id for message in list_wanted(language.tag, template)}
    held = {message.id for message in read_catalogue(language) if message.id}
    return [f"missing: {message!r}" for message in sorted(map(str, wanted - held))] + [
        f"not used: {message!r}" for message in sorted(map(str, held - wanted))
    ]


def _is_translated(string: Any) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def main(verb: str) -> int:
    """Run one of the two verbs."""
    template = read_template()
    if verb == "update":
        write_template(template)
    faults = 0
    for language in LANGUAGES.values():
        if not language.catalogue:
            continue
        if verb == "update":
            count, untranslated = update(language, template)
            print(f"{language.tag}: {count} texts, {untranslated} without translation")
        else:
            drift = list_drift(language, template)
            faults += len(drift)
            for line in drift:
                print(f"{catalogue_path(language).relative_to(ROOT)}: {line}", file=sys.stderr)
    if faults:
        print("catalogues: run 'make i18n'", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["update"], ["check"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
