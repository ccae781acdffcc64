"""Recognise unchanged lines: keyed digests of whole lines, and which of the stored ones a file still has."""

import hashlib
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from uuid import UUID

from servicedesk.kernel.crypto import Vault
from servicedesk.register.rules import Context, RawRow

_RULES_VERSION = 1
"""Raise this when the rules change what is stored for the same line: every line is then judged anew."""

_SIZE = 16
_KEY_BYTES = 8


class Digester:
    """Digest lines under a key that depends on everything that decides what is stored for a line.

    That is the office, the filing rule, the ordinances, and the rules' version; encoding, quoting and the order of
    columns do not matter.
    """

    def __init__(self, vault: Vault, office_id: UUID, context: Context) -> None:
        ordinances = ";".join(
            f"{rule.id}:{rule.valid_on}:{rule.runs_on_until}" for rule in context.ordinances
        )
        basis = f"{_RULES_VERSION}|{office_id.hex}|{context.folding!r}|{ordinances}"
        self._copy = hashlib.blake2b(
            key=vault.digest("register-line", basis.encode()), digest_size=_SIZE
        ).copy

    def __call__(self, raw: RawRow) -> bytes:
        """Return the digest of one line."""
        state = self._copy()
        # Lone surrogates stand for undecodable bytes; such lines are rejected, but digested before.
        state.update("\x1f".join(raw).encode("utf-8", "surrogatepass"))
        return state.digest()

    def hex_of_printable(self, rows: Sequence[RawRow]) -> list[str]:
        """Return the digests of lines without control characters and undecodable bytes, as hexadecimal texts."""
        digests = []
        for line in "\n".join(map("\x1f".join, rows)).encode().split(b"\n"):
            state = self._copy()
            state.update(line)
            digests.append(state.hexdigest())
        return digests


class KnownDigests:
    """Hold the stored digests in twelve bytes each, and the line at which the file has them.

    Eight of sixteen bytes are compared; two keyed digests of a million agreeing there is as likely as one in
    thirty million.
    """

    def __init__(self, sorted_digests: Iterable[bytes]) -> None:
        packed = b"".join(digest[:_KEY_BYTES] for digest in sorted_digests)
        self._fill(packed)

    @classmethod
    def from_packed(cls, packed: bytes) -> "KnownDigests":
        """Take eight bytes of each digest, sorted and joined."""
        made = cls(())
        made._fill(packed)
        return made

    def _fill(self, packed: bytes) -> None:
        keys = array("Q")
        keys.frombytes(packed)
        if sys.byteorder == "little":
            keys.byteswap()  # the database sorts bytes, which is the order of big-endian numbers
        self._keys = keys
        self._lines = array("I", bytes(4 * len(keys)))
        self.seen = 0

    def __len__(self) -> int:
        return len(self._keys)

    def note(self, digest: bytes, line: int) -> bool:
        """Note that the file has this line; return whether it is stored already."""
        key = int.from_bytes(digest[:_KEY_BYTES])
        at = bisect_left(self._keys, key)
        if at == len(self._keys) or self._keys[at] != key:
            return False
        if not self._lines[at]:
            self._lines[at] = line
            self.seen += 1
        return True

    def line_of(self, digest: bytes) -> int:
        """Return the first line of the file with this digest, 0 if the file has none."""
        key = int.from_bytes(digest[:_KEY_BYTES])
        at = bisect_left(self._keys, key)
        return self._lines[at] if at < len(self._keys) and self._keys[at] == key else 0
