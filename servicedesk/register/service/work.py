"""Judge and write the lines of a list, one after another, in constant memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from servicedesk.register.reader import ExpiryList, Look, Record
from servicedesk.register.rules import Judge, RawRow, Rejection
from servicedesk.register.service.rejects import RejectsFile
from servicedesk.register.service.repeats import MaybeSeen
from servicedesk.register.service.settle import Difference, Line, Settler
from servicedesk.register.service.survey import BLOCKS_PER_STEP, Progress
from servicedesk.register.service.writers import Writer

_BROKEN = int(Look.BROKEN)
_LINES_PER_SETTLEMENT = 500
_ROWS_PER_TRANSACTION = 500


class Work:
    """Carry one list through judging and writing, and count.

    `is_first` says that the office's register was empty: a file number seen for the first time is then new
    without asking the database, which is what makes a first import fast.
    """

    def __init__(
        self,
        source: ExpiryList,
        judge: Judge,
        digest: Callable[[RawRow], bytes],
        writer: Writer,
        settler: Settler,
        rejects: RejectsFile,
        difference: Difference,
        *,
        is_first: bool,
    ) -> None:
        self._source = source
        self._judge = judge
        self._digest = digest
        self._writer = writer
        self._settler = settler
        self._rejects = rejects
        self._difference = difference
        self._seen = MaybeSeen() if is_first else None
        self._waiting: list[Line] = []
        self.lines = 0
        self.accepted = 0
        self.unchanged = 0
        self.warnings: Counter[str] = Counter()

    def run(self, progress: Progress, only: Sequence[int] | None = None) -> None:
        """Work through the list, or through the lines whose numbers are in `only` (rising)."""
        pick = self._source.layout.picker()
        wanted = iter(only) if only is not None else None
        following = next(wanted, 0) if wanted is not None else 0
        for step, block in enumerate(self._source.records()):
            if wanted is not None:
                chosen = []
                for found in block:
                    if found[0] == following:
                        chosen.append(found)
                        following = next(wanted, 0)
                self._take(chosen, pick)
                if not following:
                    break
            else:
                self._take(block, pick)
            if step % BLOCKS_PER_STEP == 0:
                progress(self._source.position())
        progress(self._source.size_bytes)
        self._settle()
        if self._writer.buffered:
            self._writer.spill()

    def _take(self, block: Iterable[Record], pick: Callable[[list[str]], RawRow | str]) -> None:
        judge, digest, writer = self._judge, self._digest, self._writer
        judge_line, add_person, add_title = judge.judge, writer.add_person, writer.add_title
        was_seen = self._seen.check if self._seen else None
        lines = new = 0
        for number, fields, look in block:
            lines += 1
            raw = pick(fields) if look != _BROKEN else fields[0]
            if isinstance(raw, str):
                self._rejects.add(
                    Rejection(number, "", fields[1] if look == _BROKEN else ";".join(fields), raw)
                )
                continue
            is_clean = look == 0
            row = judge_line(number, raw, is_clean=is_clean)
            if isinstance(row, Rejection):
                self._rejects.add(row)
                continue
            if judge.warnings:
                self.warnings.update(set(judge.warnings))
            if was_seen is None or was_seen(row.file_number):
                self._waiting.append(Line(number, row, digest(raw), is_clean))
                if len(self._waiting) >= _LINES_PER_SETTLEMENT:
                    self._settle()
                continue
            add_title(add_person(row, is_clean=is_clean), row, digest(raw), number, is_clean=is_clean)
            new += 1
        self.lines += lines
        self.accepted += new
        self._difference.count_new(new)
        if writer.buffered >= _ROWS_PER_TRANSACTION:
            writer.spill()

    def _settle(self) -> None:
        if not self._waiting:
            return
        lines, self._waiting = self._waiting, []
        for decision in self._settler.settle(lines):
            if isinstance(decision, Rejection):
                self._rejects.add(decision)
            elif decision.is_accepted:
                self.accepted += 1
                self.warnings.update(decision.warnings)
            else:
                self.unchanged += 1
