"""Hand the German texts of the data files to translators."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

TRANSLATED = ("name", "where", "condition")
"""Keys whose values are message ids; the text of `name_en` goes along as a comment."""

_PAIR = re.compile(r'(?P<key>[a-z_]+) = "(?P<text>(?:[^"\\]|\\.)*)"')
_Message = tuple[int, str, str, list[str]]


def extract_toml(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[_Message]:
    """Yield (line, function, message, comments) as Babel's extractors do, each message once per file."""
    seen: set[str] = set()
    lines = [line.decode() for line in fileobj]
    for number, line in enumerate(lines, 1):
        for pair in _PAIR.finditer(line) if not line.lstrip().startswith("#") else ():
            text = pair["text"].replace('\\"', '"')
            if pair["key"] in TRANSLATED and text and text not in seen:
                seen.add(text)
                yield number, "_", text, _english(lines, number)


def _english(lines: list[str], number: int) -> list[str]:
    following = lines[number] if number < len(lines) else ""
    match = _PAIR.match(following)
    return [f"English: {match['text']}"] if match and match["key"] == "name_en" else []
