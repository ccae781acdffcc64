"""Say what an import did."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Add up an import: `accepted + unchanged + rejected == lines`, always.

    `warnings` and `rejections` count lines by code; `difference` counts what changed, with file numbers as
    examples. `needs_confirmation` is the code of the refusal that a dry run foresees. `rejects_file` is None when nothing was rejected, and in a dry run.
    """

    import_id: UUID
    is_dry_run: bool
    lines: int
    accepted: int
    unchanged: int
    rejected: int
    rejects_file: Path | None
    encoding: str
    is_encoding_certain: bool
    delimiter: str
    mapping: str
    unused_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()
    warnings: dict[str, int] = field(default_factory=dict)
    rejections: dict[str, int] = field(default_factory=dict)
    rejected_examples: tuple[dict[str, object], ...] = ()
    difference: dict[str, Any] = field(default_factory=dict)
    needs_confirmation: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the report as the command prints it with `--json`."""
        return {
            "lines": self.lines,
            "accepted": self.accepted,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "rejects_file": str(self.rejects_file) if self.rejects_file else None,
            "dry_run": self.is_dry_run,
            "encoding": self.encoding,
            "encoding_certain": self.is_encoding_certain,
            "delimiter": self.delimiter,
            "mapping": self.mapping,
            "unused_columns": list(self.unused_columns),
            "absent_columns": list(self.absent_columns),
            "warnings": self.warnings,
            "rejections": self.rejections,
            "rejected_examples": list(self.rejected_examples),
            "difference": self.difference,
            "needs_confirmation": self.needs_confirmation,
        }
