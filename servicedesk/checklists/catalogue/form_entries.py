"""Read the forms of a content; numbers are given in the order of the data."""

from collections.abc import Iterator, Mapping
from typing import Any

from servicedesk.checklists.catalogue.entries import (
    Entry,
    collect,
    only,
    optional_text,
    read_source,
    read_text,
)
from servicedesk.checklists.rules import BASIC_FACTS, Concern, Document, Fact, FactModel
from servicedesk.checklists.rules.forms import Choice, FieldKind, Form, FormField, FormPart, Prefill, Signing

_IN_TABLES = frozenset({FieldKind.text, FieldKind.date, FieldKind.number})


def read_forms(
    content: Mapping[str, Any],
    concerns: Mapping[str, Concern],
    documents: Mapping[str, Document],
    model: FactModel,
    problems: list[str],
) -> dict[str, Form]:
    """Return the forms by id; a content older than the forms has none. Faults go to `problems`."""
    parts = {str(entry.get("id")): entry for entry in content.get("form_part", [])}
    reader = _FormReader(parts, model)
    forms = collect(content.get("form", []), reader.read, "form", problems)
    for form in forms.values():
        if form.document_id not in documents:
            problems.append(f"form {form.id}: no document {form.document_id!r}")
        problems.extend(
            f"form {form.id}: no concern {one!r}" for one in sorted(form.concern_ids - set(concerns))
        )
        problems.extend(f"form {form.id}: {fault}" for fault in _loose_ends(form))
    used = {name for entry in content.get("form", []) for name in entry.get("parts", [])}
    problems.extend(f"form_part {name}: stands in no form" for name in parts if name not in used)
    return forms


class _FormReader:
    """Read forms against the parts and facts of the same content."""

    def __init__(self, parts: Mapping[str, Entry], model: FactModel) -> None:
        self._parts = parts
        self._model = model

    def read(self, entry: Entry) -> Form:
        """Read one form; raises ValueError, KeyError."""
        only(
            entry,
            "id name name_en document concerns signing text why signatures parts "
            "valid_from valid_until source_url checked_on",
        )
        names = list(entry["parts"])
        missing = [name for name in names if name not in self._parts]
        if missing or not names:
            raise ValueError(f"no part {', '.join(missing)}")
        return Form(
            id=read_text(entry, "id"),
            name=read_text(entry, "name"),
            name_en=read_text(entry, "name_en"),
            document_id=read_text(entry, "document"),
            concern_ids=frozenset(entry.get("concerns", [])),
            signing=Signing(entry["signing"]),
            text=read_text(entry, "text"),
            why=read_text(entry, "why"),
            signatures=tuple(read_text(one, "name") for one in entry["signatures"]),
            parts=tuple(self._part(self._parts[name], str(place)) for place, name in enumerate(names, 1)),
            source=read_source(entry),
        )

    def _part(self, entry: Entry, number: str) -> FormPart:
        only(entry, "id name text fields")
        return FormPart(
            id=read_text(entry, "id"),
            number=number,
            name=read_text(entry, "name"),
            fields=tuple(
                self._field(one, f"{number}.{place}") for place, one in enumerate(entry["fields"], 1)
            ),
            text=optional_text(entry, "text"),
        )

    def _field(self, entry: Entry, number: str) -> FormField:
        only(entry, "id kind name help optional prefill fact when choices columns after")
        kind = FieldKind(entry["kind"])
        fact = Fact(entry["fact"]) if "fact" in entry else None
        if (kind is FieldKind.fact) is not (fact is not None):
            raise ValueError(f"{entry['id']}: a fact belongs to the kind fact")
        if fact is not None and not self._model[fact].is_askable:
            raise ValueError(f"{entry['id']}: nobody can be asked for {fact.value}")
        words = list(entry.get("when", []))
        return FormField(
            id=read_text(entry, "id"),
            number=number,
            kind=kind,
            name=self._model[fact].question if fact is not None else read_text(entry, "name"),
            help=self._model[fact].help if fact is not None else optional_text(entry, "help"),
            is_optional=bool(entry.get("optional", False)),
            prefill=Prefill(entry["prefill"]) if "prefill" in entry else None,
            fact=fact,
            when=frozenset(Fact(word) for word in words if not word.startswith("not ")),
            denied=frozenset(Fact(word.removeprefix("not ")) for word in words if word.startswith("not ")),
            choices=tuple(
                Choice(read_text(one, "id"), read_text(one, "name")) for one in entry.get("choices", [])
            ),
            columns=tuple(
                self._field(one, f"{number}{chr(ord('a') + place)}")
                for place, one in enumerate(entry.get("columns", []))
            ),
            after=str(entry.get("after", "")),
        )


def _loose_ends(form: Form) -> Iterator[str]:
    """Yield what does not hold together inside one form."""
    seen: set[str] = set()
    asked: set[Fact] = set(BASIC_FACTS)
    for one in form.fields:
        if one.id in seen:
            yield f"{one.id} stands twice"
        if one.after and one.after not in seen:
            yield f"{one.id}: {one.after} does not come before it"
        yield from (
            f"{one.id}: {fact.value} is not asked before it"
            for fact in sorted((one.when | one.denied) - asked)
        )
        if (one.kind is FieldKind.choice) is not bool(one.choices):
            yield f"{one.id}: choices belong to the kind choice"
        if (one.kind is FieldKind.table) is not bool(one.columns):
            yield f"{one.id}: columns belong to the kind table"
        if any(column.kind not in _IN_TABLES for column in one.columns):
            yield f"{one.id}: a table has texts, numbers and dates"
        seen.add(one.id)
        if one.fact is not None:
            asked.add(one.fact)
