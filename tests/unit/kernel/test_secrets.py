"""Identities rise, sealed values stay in their place."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from servicedesk.kernel.crypto import CannotOpen, Vault
from servicedesk.kernel.ids import (
    CROCKFORD,
    new_crockford,
    new_digits,
    new_id,
    new_id_series,
    new_marks,
    new_ref,
)


def test_ids_are_version_7_and_rise_even_across_threads():
    drawn = [new_id() for _ in range(5000)]
    assert drawn == sorted(drawn)
    assert {(value.version, value.variant) for value in drawn} == {(7, "specified in RFC 4122")}
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda _: new_id(), range(5000)))
    assert len({*drawn, *many}) == 10_000


def test_a_series_counts_ids_of_version_7_that_no_other_series_has():
    drawn = [UUID(f"{series}{n:08x}") for series in (new_id_series(), new_id_series()) for n in range(1, 900)]
    assert drawn == sorted(set(drawn))
    assert {(value.version, value.variant) for value in drawn} == {(7, "specified in RFC 4122")}
    assert drawn[0] < new_id()


def test_marks_are_drawn_eight_by_eight_from_the_same_signs():
    marks = new_marks(5000).decode()
    assert len(marks) == 40_000
    assert set(marks) == set(CROCKFORD)
    assert len({marks[n : n + 8] for n in range(0, 40_000, 8)}) == 5000
    assert new_marks(0) == b""


def test_drawn_characters_are_readable_aloud():
    assert set(new_crockford(2000)) == set(CROCKFORD)
    assert not set("ILOU") & set(CROCKFORD)
    assert new_digits(6).isdigit()
    assert len(new_ref("V")) == 11


def test_a_sealed_value_opens_only_where_it_belongs(vault):
    row, other = new_id(), new_id()
    sealed = vault.seal_text("Özlem Çelik", "person", row, "email")
    assert "Özlem".encode() not in sealed
    assert vault.open_text(sealed, "person", row, "email") == "Özlem Çelik"
    for table, place, column in (
        ("person", other, "email"),
        ("person", row, "phone"),
        ("outbox", row, "email"),
    ):
        with pytest.raises(CannotOpen):
            vault.open_text(sealed, table, place, column)


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x07" + bytes(40), b"\x01" + bytes(40)])
def test_damage_and_unknown_keys_are_reported(vault, damage):
    with pytest.raises(CannotOpen):
        vault.open(damage, "person", new_id(), "email")


def test_an_old_key_still_opens_after_rotation(vault):
    row = new_id()
    old = vault.seal(b"x", "t", row, "c")
    rotated = Vault(keys={1: vault.keys[1], 2: bytes(32)}, active=2, pepper=vault.pepper)
    assert rotated.open(old, "t", row, "c") == b"x"
    assert rotated.seal(b"x", "t", row, "c")[0] == 2


def test_a_vault_never_prints_its_keys(vault):
    assert repr(vault) == "Vault(active=1)"


def test_digests_of_two_purposes_differ(vault):
    assert vault.digest("a", b"bc") != vault.digest("ab", b"c")
