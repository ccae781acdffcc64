"""Keys of the seal: files of their own, several at once, never a letter without one, an alarm in time."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from servicedesk.interim.errors import SealKeyEnded, SealKeyExpired, SealKeyNotFound, SealKeyRevoked
from servicedesk.interim.keys import (
    FOLDER,
    KEY_LIFE,
    NOTICE,
    WARN_BEFORE,
    list_alarms,
    load_keyring,
    new_key,
    open_keyring,
    published,
    retire_key,
    revoke_key,
)
from servicedesk.interim.seal import build_token, read_token
from tests.conftest import NOW
from tests.support.seals import FACTS

DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / FOLDER


def codes(keyring, now=NOW):
    return [alarm.code for alarm in list_alarms(keyring, now)]


def test_the_first_key_signs_at_once_and_nobody_else_can_read_it(folder):
    key = new_key(folder, NOW)
    keyring = load_keyring(folder, NOW)
    assert keyring.signing.public == key
    assert keyring.public == {key.id: key}
    assert codes(keyring) == []
    assert read_token(build_token(FACTS, keyring.signing), keyring.public).key_id == key.id
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()} == {
        f"{key.id}.pem": 0o600,
        f"{key.id}.json": 0o600,
    }


def test_outside_production_the_first_key_makes_itself_once(tmp_path):
    keyring = open_keyring(tmp_path, NOW, is_production=False)
    assert keyring.signing is not None
    assert open_keyring(tmp_path, NOW, is_production=False).public == keyring.public
    assert open_keyring(tmp_path, NOW + 2 * KEY_LIFE, is_production=False).signing is None


def test_in_production_no_key_makes_itself_and_that_is_an_alarm(tmp_path):
    keyring = open_keyring(tmp_path, NOW, is_production=True)
    assert keyring.signing is None
    assert codes(keyring) == ["no_seal_key"]
    assert list(tmp_path.iterdir()) == []


def test_a_further_key_is_published_before_it_signs(folder):
    first = new_key(folder, NOW)
    second = new_key(folder, NOW)
    assert second.valid_from == NOW + NOTICE
    assert load_keyring(folder, NOW).signing.public == first
    assert set(load_keyring(folder, NOW).public) == {first.id, second.id}
    assert load_keyring(folder, NOW + NOTICE).signing.public == second


def test_letters_of_every_key_stay_verifiable(folder):
    tokens = []
    for year in range(3):
        now = NOW + year * timedelta(days=365)
        if year:
            new_key(folder, now - 2 * DAY)
        else:
            new_key(folder, now)
        keyring = load_keyring(folder, now)
        tokens.append(build_token(replace(FACTS, issued_on=now.date()), keyring.signing))
    later = load_keyring(folder, NOW + 5 * KEY_LIFE)
    assert later.signing is None
    assert len({read_token(token, later.public).key_id for token in tokens}) == 3


def test_a_retired_key_signs_no_more_and_its_secret_is_gone(folder):
    key = new_key(folder, NOW)
    token = build_token(FACTS, load_keyring(folder, NOW).signing)
    retire_key(folder, key.id, NOW + DAY)
    keyring = load_keyring(folder, NOW + DAY)
    assert keyring.signing is None
    assert codes(keyring, NOW + DAY) == ["no_seal_key"]
    assert not (folder / f"{key.id}.pem").exists()
    assert read_token(token, keyring.public).facts == FACTS
    with pytest.raises(SealKeyEnded):
        retire_key(folder, key.id, NOW + 2 * DAY)


def test_whoever_copied_a_key_cannot_seal_anything_new_with_it(folder):
    key = new_key(folder, NOW)
    copy = load_keyring(folder, NOW).signing
    retire_key(folder, key.id, NOW + DAY)
    late = replace(FACTS, issued_on=(NOW + 9 * DAY).date())
    with pytest.raises(SealKeyExpired):
        read_token(build_token(late, copy), load_keyring(folder, NOW).public)


def test_a_revoked_key_takes_back_everything(folder):
    key = new_key(folder, NOW)
    token = build_token(FACTS, load_keyring(folder, NOW).signing)
    retire_key(folder, key.id, NOW + DAY)
    revoke_key(folder, key.id, NOW + 2 * DAY)
    keyring = load_keyring(folder, NOW + 2 * DAY)
    with pytest.raises(SealKeyRevoked):
        read_token(token, keyring.public)
    assert published(keyring)[0]["revoked_at"] == "2026-11-25T08:00:00Z"
    with pytest.raises(SealKeyEnded):
        revoke_key(folder, key.id, NOW + 3 * DAY)


def test_a_key_that_is_not_there_cannot_be_ended(folder):
    for end in (retire_key, revoke_key):
        with pytest.raises(SealKeyNotFound):
            end(folder, "000000", NOW)


def test_the_alarm_comes_a_month_before_nothing_signs_any_more(folder):
    key = new_key(folder, NOW)
    in_time = key.valid_until - WARN_BEFORE
    assert codes(load_keyring(folder, in_time), in_time) == []
    late = in_time + timedelta(seconds=1)
    [alarm] = list_alarms(load_keyring(folder, late), late)
    assert alarm.code == "seal_key_ends"
    assert f"{key.valid_until:%d.%m.%Y}" in str(alarm)
    new_key(folder, late)
    assert codes(load_keyring(folder, late), late) == []
    assert codes(load_keyring(folder, key.valid_until), key.valid_until) == []


def test_a_successor_that_comes_too_late_leaves_the_alarm_on(folder):
    key = new_key(folder, NOW)
    new_key(folder, NOW, valid_from=key.valid_until + DAY)
    late = key.valid_until - WARN_BEFORE + DAY
    assert codes(load_keyring(folder, late), late) == ["seal_key_ends"]
    assert codes(load_keyring(folder, key.valid_until), key.valid_until) == ["no_seal_key"]


def test_one_damaged_file_leaves_the_others_usable_and_is_reported(folder):
    good, *bad = (new_key(folder, NOW) for _ in range(5))
    secret_of = {key.id: folder / f"{key.id}.pem" for key in bad}
    (folder / f"{bad[0].id}.json").write_text("{")
    secret_of[bad[1].id].write_text("no key")
    secret_of[bad[2].id].chmod(0o640)
    secret_of[bad[3].id].write_bytes((folder / f"{good.id}.pem").read_bytes())
    keyring = load_keyring(folder, NOW + NOTICE)
    assert keyring.signing.public == good
    assert len(keyring.faults) == 4
    assert codes(keyring) == ["seal_key_faulty"]
    assert set(keyring.public) == {good.id, bad[1].id, bad[2].id, bad[3].id}


@pytest.mark.parametrize(
    "change",
    [
        {"kid": "000000"},
        {"valid_from": "2026-11-23T00:00:00"},
        {"valid_until": None},
        {"revoked_at": "yesterday"},
        {"key": {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}},
        {"key": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}},
        {"key": None},
    ],
    ids=str,
)
def test_a_key_file_that_says_something_else_is_no_key(folder, change):
    key = new_key(folder, NOW)
    file = folder / f"{key.id}.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    keyring = load_keyring(folder, NOW)
    assert keyring.public == {}
    assert keyring.signing is None
    assert len(keyring.faults) == 1


def test_a_key_file_under_another_name_is_no_key(folder):
    key = new_key(folder, NOW)
    (folder / f"{key.id}.json").rename(folder / "ABCDEF.json")
    assert load_keyring(folder, NOW).public == {}


def test_a_machine_without_the_secret_half_publishes_and_does_not_sign(folder):
    key = new_key(folder, NOW)
    (folder / f"{key.id}.pem").unlink()
    keyring = load_keyring(folder, NOW)
    assert set(keyring.public) == {key.id}
    assert keyring.signing is None
    assert keyring.faults == ()


def test_what_is_published_holds_nothing_secret(folder):
    new_key(folder, datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    [key] = published(load_keyring(folder, NOW + DAY))
    assert set(key) == {"kid", "key", "valid_from", "valid_until", "revoked_at"}
    assert set(key["key"]) == {"kty", "crv", "x", "y"}
    assert (key["valid_from"], key["revoked_at"]) == ("2026-11-23T00:00:00Z", None)


def test_a_write_that_breaks_off_leaves_the_old_file(folder, monkeypatch):
    key = new_key(folder, NOW)

    def full_disk(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("servicedesk.interim.keys.os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        retire_key(folder, key.id, NOW + DAY)
    monkeypatch.undo()
    assert load_keyring(folder, NOW + DAY).signing.public == key
