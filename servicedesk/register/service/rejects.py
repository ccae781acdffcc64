"""Write rejected lines to a file that a spreadsheet can open without running anything in it."""

import csv
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO
from uuid import UUID

from servicedesk.register.reader import ExpiryList
from servicedesk.register.rules import POSITION, Field, Rejection, explain

_SHOWN_CHARS = 200
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("line", "column", "value", "reason", "erklaerung", "explanation")
EXAMPLES = 20
_FOLDER = "imports"


def rejects_path(data_dir: Path, office_ref: str, import_id: UUID, started_at: datetime) -> Path:
    """Return where the rejected lines of an import lie, if it rejected any."""
    name = f"{office_ref}-{started_at:%Y%m%d-%H%M%S}-{import_id.hex[-8:]}-rejects.csv"
    return data_dir / _FOLDER / name


class RejectsFile:
    """Collect the rejected lines of one import.

    The file is made with the first one, mode 0600 since it holds personal data; a dry run makes none and keeps
    examples only.
    """

    def __init__(
        self,
        data_dir: Path,
        office_ref: str,
        run_id: UUID,
        now: datetime,
        source: ExpiryList,
        *,
        is_dry: bool,
    ) -> None:
        self._path = rejects_path(data_dir, office_ref, run_id, now)
        self._titles = source.layout.titles
        self._is_dry = is_dry
        self._file: TextIO | None = None
        self.count = 0
        self.by_reason: dict[str, int] = {}
        self.examples: list[dict[str, object]] = []

    @property
    def path(self) -> Path | None:
        """Return where the file lies, None if nothing was rejected or this is a dry run."""
        return self._path if self.count and not self._is_dry else None

    def add(self, rejection: Rejection) -> None:
        """Note a rejected line."""
        self.count += 1
        self.by_reason[rejection.code] = self.by_reason.get(rejection.code, 0) + 1
        title = self._titles[POSITION[Field(rejection.column)]] if rejection.column else ""
        if len(self.examples) < EXAMPLES:
            self.examples.append({"line": rejection.line, "column": title, "reason": rejection.code})
        if self._is_dry:
            return
        writer = csv.writer(self._open(), delimiter=";", lineterminator="\r\n")
        value = _harmless(rejection.value)
        sentences = explain(rejection), explain(rejection, english=True)
        writer.writerow([rejection.line, _harmless(title), value, rejection.code, *sentences])

    def _open(self) -> TextIO:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            # With the mark spreadsheets read it as UTF-8; bytes that are no character appear as escapes.
            self._file = os.fdopen(handle, "w", encoding="utf-8-sig", errors="backslashreplace", newline="")
            csv.writer(self._file, delimiter=";", lineterminator="\r\n").writerow(_COLUMNS)
        return self._file

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _harmless(value: str) -> str:
    """Return the value shortened, control characters visible, and not readable as a formula."""
    shown = value[:_SHOWN_CHARS] + ("…" if len(value) > _SHOWN_CHARS else "")
    shown = "".join(c if c.isprintable() or 0xD800 <= ord(c) <= 0xDFFF else f"\\x{ord(c):02x}" for c in shown)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
