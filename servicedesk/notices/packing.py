"""Write contexts as JSON for the outbox, fast enough for a night's cohort.

The result is what `to_payload` would give. Parts shared by many messages (the office, the sender, the papers of a
concern) are written once per run, and clean texts take a short cut.
"""

import enum
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from json.encoder import encode_basestring
from typing import Any
from unicodedata import is_normalized

from servicedesk.notices.codec import clean_text, encode
from servicedesk.notices.contexts import Context

_TEMPLATE = '{{"kind":{kind},"version":{version},"data":{data}}}'
_KEPT_AT_MOST = 4096


class Packer:
    """Write contexts to bytes; make one per run, since it remembers the parts it has seen."""

    def __init__(self) -> None:
        # The value is kept beside its text, so that its identity cannot be given to another object.
        self._shared: dict[int, tuple[object, str]] = {}
        self._names: dict[type, tuple[tuple[str, str], ...]] = {}

    def pack(self, context: Context) -> bytes:
        """Return the stored form of one context."""
        text = _TEMPLATE.format(
            kind=json.dumps(context.KIND), version=context.VERSION, data=self._object(context)
        )
        return text.encode()

    def _object(self, value: Any) -> str:
        names = self._names.get(type(value))
        if names is None:
            names = tuple((field.name, f'"{field.name}":') for field in fields(value))
            self._names[type(value)] = names
        return "{" + ",".join([key + self._value(getattr(value, name)) for name, key in names]) + "}"

    def _value(self, value: Any) -> str:
        if type(value) is str:
            return _text(value)
        if value is True:
            return "true"
        if value is False:
            return "false"
        if value is None:
            return "null"
        if isinstance(value, tuple):
            return self._remembered(value, self._list)
        if isinstance(value, enum.Enum):
            return json.dumps(value.value)
        if is_dataclass(value):
            return self._remembered(value, self._object)
        return json.dumps(encode(value), ensure_ascii=False)

    def _list(self, value: tuple[Any, ...]) -> str:
        return "[" + ",".join([self._value(item) for item in value]) + "]"

    def _remembered(self, value: Any, write: Callable[[Any], str]) -> str:
        known = self._shared.get(id(value))
        if known is not None:
            return known[1]
        text = write(value)
        if len(self._shared) >= _KEPT_AT_MOST:
            self._shared.clear()
        self._shared[id(value)] = (value, text)
        return text


def _text(value: str) -> str:
    # What prints, is composed and has no spaces at its ends is clean as it stands.
    if not (value.isprintable() and is_normalized("NFC", value) and value == value.strip()):
        value = clean_text(value)
    return encode_basestring(value)
