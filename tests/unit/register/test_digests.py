"""Keyed digests find unchanged lines; sealing in bulk writes what the vault opens; the small helpers hold."""

from datetime import date
from itertools import islice
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.names import FoldingRule, UmlautRule
from servicedesk.register.rules import Context, load_ordinances
from servicedesk.register.service.digests import Digester, KnownDigests
from servicedesk.register.service.repeats import MaybeSeen, rising_ids
from servicedesk.register.service.sealing import BulkSealer

OFFICE = UUID(int=1)
DAY = date(2026, 11, 23)


def test_a_digest_depends_on_everything_that_decides_what_is_stored(vault):
    raw = ("33", "Öz", "")
    context = Context(DAY, ordinances=load_ordinances())
    first = Digester(vault, OFFICE, context)(raw)
    assert first == Digester(vault, OFFICE, Context(date(2027, 1, 1), ordinances=load_ordinances()))(raw)
    others = [
        Digester(vault, UUID(int=2), context)(raw),
        Digester(Vault(keys=vault.keys, active=1, pepper=b"x" * 32), OFFICE, context)(raw),
        Digester(vault, OFFICE, Context(DAY))(raw),
        Digester(vault, OFFICE, Context(DAY, FoldingRule(UmlautRule.DIN_5007_1), load_ordinances()))(raw),
        Digester(vault, OFFICE, context)(("33", "", "Öz")),
        Digester(vault, OFFICE, context)(("33\udc81", "Öz", "")),
    ]
    assert len({first, *others}) == 7


def test_digests_of_many_lines_are_those_of_each(vault):
    rows = [(str(n), "Öz", "", "\u2028" if n == 3 else "x") for n in range(5)]
    digest = Digester(vault, OFFICE, Context(DAY))
    assert digest.hex_of_printable(rows) == [digest(row).hex() for row in rows]


@given(st.sets(st.binary(min_size=16, max_size=16), max_size=50), st.binary(min_size=16, max_size=16))
def test_known_digests_remember_the_first_line(stored, other):
    known = KnownDigests(sorted(stored))
    for line, digest in enumerate(stored, start=2):
        assert known.line_of(digest) == 0
        assert known.note(digest, line)
        assert known.note(digest, line + 1000)
        assert known.line_of(digest) == line
    assert (known.seen, len(known)) == (len(stored), len(stored))
    if not any(digest[:8] == other[:8] for digest in stored):
        assert not known.note(other, 5)
        assert known.line_of(other) == 0


def test_sealing_in_bulk_is_what_the_vault_opens(vault):
    sealer = BulkSealer(vault, "person", "email_sealed")
    sealed = {UUID(int=n): sealer.seal(f"ä{n}@b.example", UUID(int=n).hex) for n in range(1, 2100)}
    assert len({value[:13] for value in sealed.values()}) == len(sealed)
    for row, value in sealed.items():
        assert vault.open_text(value, "person", row, "email_sealed") == f"ä{row.int}@b.example"


def test_a_first_time_is_never_taken_for_a_repetition_of_itself():
    seen = MaybeSeen()
    doubtful = sum(seen.check(f"33.26.07-{n:07d}") for n in range(20_000))
    assert doubtful < 60
    assert all(seen.check(f"33.26.07-{n:07d}") for n in range(20_000))


def test_ids_rise_and_are_version_7():
    drawn = list(islice(rising_ids(), 10_000))
    assert drawn == sorted(set(drawn))
    assert {UUID(hex=key).version for key in drawn} == {7}
