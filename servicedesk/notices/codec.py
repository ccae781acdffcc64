"""Frozen dataclasses to plain JSON values and back, for the encrypted context of an outbox row."""

import enum
import types
import typing
import unicodedata
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

_T = TypeVar("_T")

#: Explicit bidirectional controls. Inside a name they would reorder the lines around it.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


class UnreadableContext(ValueError):
    """A stored context does not have the shape this version of the program expects."""


def clean_line(text: str) -> str:
    """Make one printable line of a text that came from outside.

    Control characters, line and paragraph separators become one space, bidirectional controls and
    lone surrogates vanish, the result is NFC. Letters stay exactly as they are.
    """
    kept: list[str] = []
    for character in text:
        if character in _BIDI_CONTROLS:
            continue
        category = unicodedata.category(character)
        if category == "Cs":
            continue
        kept.append(" " if category in {"Cc", "Zl", "Zp"} else character)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def clean_text(text: str) -> str:
    """Like clean_line, but line feeds survive as paragraphs' ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(clean_line(line) for line in lines).strip()


def encode(value: object) -> Any:
    """Turn a dataclass, or a value inside one, into JSON values; texts are cleaned on the way."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    raise TypeError(f"no JSON form for {type(value).__name__}")


def decode(cls: type[_T], data: Mapping[str, Any]) -> _T:
    """Build the dataclass `cls` from what `encode` wrote; raises UnreadableContext."""
    hints = get_type_hints(cls)
    known = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
    if not isinstance(data, Mapping):
        raise UnreadableContext(f"{cls.__name__}: an object was expected")
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise UnreadableContext(f"{cls.__name__}: unknown fields {', '.join(unknown)}")
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in data:
            values[name] = _decode_value(hints[name], data[name], f"{cls.__name__}.{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise UnreadableContext(f"{cls.__name__}: field {name} is missing")
    return cls(**values)


def _decode_value(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in get_args(hint):
            return None
        inner = [arg for arg in get_args(hint) if arg is not type(None)]
        return _decode_value(inner[0], value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise UnreadableContext(f"{where}: a list was expected")
        return tuple(_decode_value(get_args(hint)[0], item, where) for item in value)
    if isinstance(hint, type) and is_dataclass(hint):
        return decode(hint, value)
    return _decode_scalar(hint, value, where)


def _decode_scalar(hint: Any, value: Any, where: str) -> Any:
    try:
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return hint(value)
        if hint is datetime:
            instant = datetime.fromisoformat(value)
            if instant.tzinfo is None:
                raise ValueError("no time zone")
            return instant
        if hint in (date, time):
            return hint.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise UnreadableContext(f"{where}: {error}") from error
    if hint in (str, bool, int) and type(value) is hint:
        return value
    raise UnreadableContext(f"{where}: {typing.cast(type, hint).__name__} was expected")
