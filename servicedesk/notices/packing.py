"""Write contexts as JSON for the outbox, fast enough for a night's cohort.

The result is what `to_payload` would give. What many messages share (the office, the sender, the papers of a concern)
is written once per run and, if the caller keeps such parts, named by reference instead of repeated in every row.
"""

import enum
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any
from unicodedata import is_normalized

from servicedesk.notices.codec import clean_text, encode
from servicedesk.notices.contexts import Context

PART = "$part"
"""The key of a reference; no field has this name, and a text is never read as an object."""

_KEPT_AT_MOST = 8192
_WORTH_A_PART = 160
_CONSTANTS: dict[Any, str] = {True: "true", False: "false", None: "null"}
_Plan = tuple[tuple[str, ...], Callable[[Any], Any]]


class Packer:
    """Write contexts to bytes; make one per run, since it remembers what it has seen.

    `keep_part` takes the JSON of a part that came a second time and returns the name it can be found under.
    """

    def __init__(self, keep_part: Callable[[str], str] | None = None) -> None:
        self._keep_part = keep_part
        # The value is kept beside its text, so that its identity cannot be given to another object.
        self._shared: dict[int, tuple[object, str]] = {}
        self._plain: dict[Any, str] = {}
        self._plans: dict[type, _Plan] = {}
        self._enums: dict[type, dict[Any, str]] = {}

    def pack(self, context: Context) -> bytes:
        """Return the stored form of one context."""
        head = f'{{"kind":{json.dumps(context.KIND)},"version":{context.VERSION},"data":'
        return (head + self._object(context) + "}").encode()

    def _object(self, value: Any) -> str:
        kind = type(value)
        plan = self._plans.get(kind)
        if plan is None:
            plan = self._plans[kind] = _plan(kind)
        keys, read = plan
        write = self._value
        return "{" + ",".join([key + write(part) for key, part in zip(keys, read(value), strict=True)]) + "}"

    def _value(self, value: Any) -> str:
        kind = type(value)
        if kind is str:
            known = self._plain.get(value)
            return self._keep(value, _text(value)) if known is None else known
        if kind is bool or value is None:
            return _CONSTANTS[value]
        if kind is tuple or kind in self._plans:
            return self._remembered(value, kind)
        if kind in self._enums:
            return self._enums[kind][value]
        if kind is date:
            known = self._plain.get(value)
            return self._keep(value, f'"{value.isoformat()}"') if known is None else known
        if isinstance(value, enum.Enum):
            self._enums[kind] = {member: json.dumps(member.value, ensure_ascii=False) for member in kind}
            return self._enums[kind][value]
        if is_dataclass(kind):
            self._plans[kind] = _plan(kind)
            return self._remembered(value, kind)
        return json.dumps(encode(value), ensure_ascii=False)

    def _remembered(self, value: Any, kind: type) -> str:
        known = self._shared.get(id(value))
        if known is not None:
            text = known[1]
            if self._keep_part is not None and len(text) >= _WORTH_A_PART:
                text = f'{{"{PART}":"{self._keep_part(text)}"}}'
                self._shared[id(value)] = (value, text)
            return text
        text = self._list(value) if kind is tuple else self._object(value)
        if len(self._shared) >= _KEPT_AT_MOST:
            self._shared.clear()
        self._shared[id(value)] = (value, text)
        return text

    def _list(self, value: tuple[Any, ...]) -> str:
        return "[" + ",".join([self._value(item) for item in value]) + "]"

    def _keep(self, value: Any, text: str) -> str:
        if len(self._plain) >= _KEPT_AT_MOST:
            self._plain.clear()
        self._plain[value] = text
        return text


def _plan(kind: type) -> _Plan:
    names = [field.name for field in fields(kind)]
    keys = tuple(f'"{name}":' for name in names)
    read = attrgetter(*names)
    return keys, read if len(names) > 1 else lambda value: (read(value),)


def _text(value: str) -> str:
    # What prints, is composed and has no spaces at its ends is clean as it stands.
    if not (value.isprintable() and is_normalized("NFC", value) and value == value.strip()):
        value = clean_text(value)
    return encode_basestring(value)


def find_parts(payload: Any) -> set[str]:
    """Return the names of the parts a stored value refers to."""
    if isinstance(payload, list):
        return set().union(*(find_parts(item) for item in payload)) if payload else set()
    if not isinstance(payload, dict):
        return set()
    if PART in payload:
        return {payload[PART]}
    return find_parts(list(payload.values()))


def put_parts(payload: Any, parts: Mapping[str, Any]) -> Any:
    """Return the stored value with every reference replaced by its part; raises KeyError for a missing one."""
    if isinstance(payload, list):
        return [put_parts(item, parts) for item in payload]
    if not isinstance(payload, dict):
        return payload
    if PART in payload:
        return put_parts(parts[payload[PART]], parts)
    return {key: put_parts(value, parts) for key, value in payload.items()}
