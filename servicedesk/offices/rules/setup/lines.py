"""Find the line of every key in a TOML text, which the standard parser does not tell.

The text must have passed `tomllib`; this scan only follows its structure.
"""

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys and, inside arrays, positions from zero: ("desk", 1, "opening", 0, "from")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
)


def locate_keys(source: str) -> Mapping[Path, int]:
    """Return the line, counted from one, of every key, table and array item."""
    scan = _Scan(source)
    scan.document()
    return scan.lines


class _Scan:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._last_index: dict[Path, int] = {}
        self.lines: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self._skip(_BLANK):
            if self._peek("[["):
                table = self._header("[[", "]]", is_array=True)
            elif self._peek("["):
                table = self._header("[", "]", is_array=False)
            else:
                self._pair(table)

    def _header(self, opening: str, closing: str, *, is_array: bool) -> Path:
        line = self._line()
        self._at += len(opening)
        path: Path = ()
        parts = self._key()
        for position, part in enumerate(parts):
            path = (*path, part)
            is_last = position == len(parts) - 1
            if is_last and is_array:
                self._last_index[path] = self._last_index.get(path, -1) + 1
            self.lines.setdefault(path, line)
            if path in self._last_index:
                path = (*path, self._last_index[path])
        self.lines[path] = line
        self._skip(_SPACE)
        self._at += len(closing)
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = (*path, part)
            self.lines.setdefault(path, line)
        self._skip(_SPACE)
        self._at += 1  # the equals sign
        self._value(path)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACE)
            quoted = self._string()
            parts.append(quoted[1:-1] if quoted else self._match(_BARE_KEY))
            self._skip(_SPACE)
            if not self._peek("."):
                return parts
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip(_BLANK)
        if self._peek("["):
            self._items(path)
        elif self._peek("{"):
            self._at += 1
            while self._skip(_BLANK) and not self._peek("}"):
                self._pair(path)
                self._comma()
            self._at += 1
        elif not self._string():
            self._match(_BARE_VALUE)

    def _items(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._skip(_BLANK) and not self._peek("]"):
            self.lines[(*path, index)] = self._line()
            self._value((*path, index))
            self._comma()
            index += 1
        self._at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._peek(","):
            self._at += 1

    def _string(self) -> str:
        return next((text for pattern in _STRINGS if (text := self._match(pattern))), "")

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._source, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Pass over what does not count and tell whether anything is left."""
        self._match(pattern)
        return self._at < len(self._source)

    def _peek(self, text: str) -> bool:
        return self._source.startswith(text, self._at)

    def _line(self) -> int:
        return self._source.count("\n", 0, self._at) + 1
