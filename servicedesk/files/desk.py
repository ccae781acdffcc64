"""Look into one file: is it a kind we take, is it clean, what do its pages look like."""

from dataclasses import dataclass, field

from servicedesk.files.clamav import Scanner, Verdict
from servicedesk.files.kinds import sniff
from servicedesk.files.reader import Reader
from servicedesk.files.values import Outcome, Reason, unreadable, waiting
from servicedesk.settings import Settings


@dataclass(frozen=True, slots=True)
class FileDesk:
    """Look into files with a reader, and with a scanner where the operator has one."""

    reader: Reader = field(default_factory=Reader)
    scanner: Scanner | None = None

    def look(self, content: bytes, name: str, *, max_bytes: int, max_pages: int) -> Outcome:
        """Return what came of it; takes seconds, so never inside a transaction.

        A file that the scanner did not see waits, whatever else is known about it.
        """
        if not content:
            return unreadable(Reason.empty)
        if len(content) > max_bytes:
            return unreadable(Reason.too_big)
        media_type = sniff(content)
        if media_type is None:
            return unreadable(Reason.wrong_type)
        if self.scanner is not None:
            verdict = self.scanner.scan(content)
            if verdict is Verdict.infected:
                return unreadable(Reason.infected, media_type)
            if verdict is Verdict.unknown:
                return waiting(Reason.not_scanned, media_type)
        return self.reader.read(content, media_type, name, max_pages=max_pages)


def open_file_desk(settings: Settings) -> FileDesk:
    """Return the desk of this process."""
    return FileDesk(scanner=Scanner(settings.clamav) if settings.clamav else None)
