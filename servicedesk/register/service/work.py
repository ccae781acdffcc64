"""Judge and write the lines of a list, one after another, in constant memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from operator import itemgetter

from servicedesk.register.reader import ExpiryList, Look, Record
from servicedesk.register.rules import Judge, RawRow, Rejection
from servicedesk.register.service.blocks import BlockJudge
from servicedesk.register.service.digests import Digester
from servicedesk.register.service.rejects import RejectsFile
from servicedesk.register.service.repeats import MaybeSeen
from servicedesk.register.service.settle import Difference, Line, Settler
from servicedesk.register.service.survey import BLOCKS_PER_STEP, Progress
from servicedesk.register.service.writers import CopyWriter, Writer

_BROKEN = int(Look.BROKEN)

Pick = Callable[[list[str]], RawRow | str]
_Left = tuple[int, list[str], int, RawRow | str, bool | None]
_LINES_PER_SETTLEMENT = 500
_ROWS_PER_TRANSACTION = 500


class Work:
    """Carry one list through judging and writing, and count.

    `is_first` says that the office's register was empty: a file number seen for the first time is then new
    without asking the database, which is what makes a first import fast. With `block_judge`, lines without any
    peculiarity are then judged and copied some hundred at a time.
    """

    def __init__(
        self,
        source: ExpiryList,
        judge: Judge,
        digest: Digester,
        writer: Writer,
        settler: Settler,
        rejects: RejectsFile,
        difference: Difference,
        *,
        is_first: bool,
        block_judge: BlockJudge | None = None,
    ) -> None:
        self._source = source
        self._judge = judge
        self._digest = digest
        self._writer = writer
        self._settler = settler
        self._rejects = rejects
        self._difference = difference
        self._seen = MaybeSeen() if is_first else None
        self._block_judge = block_judge if is_first and isinstance(writer, CopyWriter) else None
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

    def _take(self, block: Iterable[Record], pick: Pick) -> None:
        judge, digest, writer = self._judge, self._digest, self._writer
        judge_line, add_person, add_title = judge.judge, writer.add_person, writer.add_title
        may_repeat = self._seen.check if self._seen else None
        new = 0
        for number, fields, look, raw, known_repeat in self._take_ordinary(block, pick):
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
            repeats = known_repeat
            if repeats is None:
                repeats = may_repeat is None or may_repeat(row.file_number)
            if repeats:
                self._waiting.append(Line(number, row, digest(raw), is_clean))
                if len(self._waiting) >= _LINES_PER_SETTLEMENT:
                    self._settle()
                continue
            add_title(add_person(row, is_clean=is_clean), row, digest(raw), number, is_clean=is_clean)
            new += 1
        self._count_new(new)
        if writer.buffered >= _ROWS_PER_TRANSACTION:
            writer.spill()

    def _take_ordinary(self, block: Iterable[Record], pick: Pick) -> list[_Left]:
        """Write the ordinary lines of a block at once; return the others, in their order.

        Of each it is told whether its file number may have come before: the lines left count as seen before the
        ordinary ones, so that two lines of one title are both left and meet in the order of the file.
        """
        left: list[_Left] = [
            (number, fields, look, pick(fields) if look != _BROKEN else fields[0], None)
            for number, fields, look in block
        ]
        self.lines += len(left)
        usual = [item for item in left if item[2] == 0 and not isinstance(item[3], str)]
        if self._block_judge is None or self._seen is None or not usual:
            return left
        rows = [item[3] for item in usual if not isinstance(item[3], str)]
        found = self._block_judge.judge(rows)
        chosen = {item[0] for item in compress(usual, found.keep)}
        check = self._seen.check
        left = [
            (number, fields, look, raw, None if isinstance(raw, str) else check(raw[0].strip()))
            for number, fields, look, raw, _ in left
            if number not in chosen
        ]
        numbers = [item[0] for item in compress(usual, found.keep)]
        rows = list(compress(rows, found.keep))
        repeats = list(map(check, found.raw[0]))
        if any(repeats):
            again = {number for number, repeated in zip(numbers, repeats, strict=True) if repeated}
            left += [(*item[:4], True) for item in usual if item[0] in again]
            left.sort(key=itemgetter(0))
            is_new = [not repeated for repeated in repeats]
            numbers, rows, found = (
                list(compress(numbers, is_new)),
                list(compress(rows, is_new)),
                found.only(is_new),
            )
        if numbers and isinstance(self._writer, CopyWriter):
            self._writer.add_block(numbers, found, self._digest.hex_of_printable(rows))
            self._count_new(len(numbers))
        return left

    def _count_new(self, people: int) -> None:
        self.accepted += people
        self._difference.count_new(people)

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
