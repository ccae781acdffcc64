"""Keep the keys of the seal in files beside the data, never in the database.

A key is two files in `<data dir>/seal-keys/`, both mode 0600: `<id>.json` with what is published, kept for ever, and
`<id>.pem` with what signs, gone once the key is retired or revoked. A machine that only shows pages needs no PEM.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from servicedesk.interim.errors import SealKeyEnded, SealKeyNotFound
from servicedesk.interim.seal import PublicKey, SigningKey, public_point
from servicedesk.kernel.ids import new_token

FOLDER = "seal-keys"
KEY_LIFE = timedelta(days=366)
"""How long a key signs unless the operator says otherwise; what it signed stays verifiable after that."""

NOTICE = timedelta(days=1)
"""How long a further key is published before it signs, so that phones that saved the page can learn it."""

WARN_BEFORE = timedelta(days=30)
"""How long before nothing signs any more the alarm begins: the operator's month to make a key."""

N_ = str
"""Mark a German text for the catalogues; it is translated where it is shown."""

_SIDE = 32


@dataclass(frozen=True, slots=True)
class KeyAlarm:
    """Say that sealing is at risk; `message` is a German text id, filled in from `params`."""

    code: str
    message: str
    params: Mapping[str, object]

    def __str__(self) -> str:
        """Return the German sentence."""
        return self.message % self.params


@dataclass(frozen=True, slots=True)
class Keyring:
    """Hold the keys of an installation at one instant.

    `signing` is the newest key that may sign now; without one nothing is issued. `public` maps the id of every key
    that was ever published; `can_sign` names those whose secret half is here and whose time is not over.
    `signs_until` is when, without a gap, the last of these ends. `faults` are sentences for the operator about files
    that cannot be used.
    """

    signing: SigningKey | None
    public: Mapping[str, PublicKey]
    can_sign: frozenset[str] = frozenset()
    signs_until: datetime | None = None
    faults: tuple[str, ...] = ()


def load_keyring(folder: Path, now: datetime) -> Keyring:
    """Read every key of a folder; a file that cannot be used is reported and leaves the others alone."""
    faults: list[str] = []
    public: dict[str, PublicKey] = {}
    signing: list[SigningKey] = []
    for file in sorted(folder.glob("*.json")):
        try:
            key = _read_public(file)
        except (OSError, ValueError, KeyError, TypeError):
            faults.append(f"{file.name}: damaged or not readable; restore it from the backup.")
            continue
        public[key.id] = key
        if key.revoked_at is None and key.valid_until > now:
            private = _read_private(file.with_suffix(".pem"), key, faults)
            if private is not None:
                signing.append(SigningKey(key, private))
    signing.sort(key=lambda one: (one.public.valid_from, one.public.id))
    usable = [one for one in signing if one.public.valid_from <= now]
    return Keyring(
        signing=usable[-1] if usable else None,
        public=public,
        can_sign=frozenset(one.public.id for one in signing),
        signs_until=_signs_until(signing, now),
        faults=tuple(faults),
    )


def open_keyring(data_dir: Path, now: datetime, *, is_production: bool) -> Keyring:
    """Return the keys of an installation; outside production the very first one is made here.

    The folder is there only after a key was made: on a production machine that means `servicedesk seal-keys new`.
    """
    folder = data_dir / FOLDER
    if not is_production and not any(folder.glob("*.json")):
        new_key(folder, now)
    return load_keyring(folder, now)


def new_key(
    folder: Path, now: datetime, *, valid_from: datetime | None = None, life: timedelta = KEY_LIFE
) -> PublicKey:
    """Make a key and return what is published of it.

    It signs from the start of today when nothing else signs, else a day from now: see NOTICE.
    """
    if valid_from is None:
        is_first = load_keyring(folder, now).signing is None
        valid_from = _day_start(now) if is_first else now + NOTICE
    private = ec.generate_private_key(ec.SECP256R1())
    key = PublicKey(
        public_point(private), valid_from.replace(microsecond=0), valid_from.replace(microsecond=0) + life
    )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # The JSON comes last: a key exists for others once everything of it is there.
    _write(folder / f"{key.id}.pem", pem)
    _write(folder / f"{key.id}.json", _to_json(key))
    return key


def retire_key(folder: Path, key_id: str, now: datetime) -> PublicKey:
    """Stop a key from signing and destroy its secret half; what it signed stays verifiable.

    Raises SealKeyNotFound or SealKeyEnded.
    """
    key = _find(folder, key_id, now)
    return _end(
        folder, replace(key, valid_from=min(key.valid_from, now), valid_until=now.replace(microsecond=0))
    )


def revoke_key(folder: Path, key_id: str, now: datetime) -> PublicKey:
    """Take back everything a key ever signed, because somebody else may have it; its secret half is destroyed.

    Also a retired key can be revoked. Raises SealKeyNotFound or SealKeyEnded (revoked before).
    """
    key = load_keyring(folder, now).public.get(key_id)
    if key is None:
        raise SealKeyNotFound(key_id=key_id)
    if key.revoked_at is not None:
        raise SealKeyEnded(key_id=key_id)
    return _end(folder, replace(key, revoked_at=now.replace(microsecond=0)))


def list_alarms(keyring: Keyring, now: datetime) -> tuple[KeyAlarm, ...]:
    """Return what the office has to know before letters can no longer be sealed, and when they cannot."""
    alarms: list[KeyAlarm] = []
    if keyring.signing is None:
        text = N_(
            "Es gibt keinen gültigen Schlüssel für das Prüfsiegel. Zwischenbestätigungen werden nicht ausgestellt. "
            "Die Technik muss einen Schlüssel anlegen."
        )
        alarms.append(KeyAlarm("no_seal_key", text, {}))
    elif keyring.signs_until is not None and keyring.signs_until - now < WARN_BEFORE:
        text = N_(
            "Der letzte Schlüssel für das Prüfsiegel gilt bis %(ends_on)s. Danach werden keine Zwischenbestätigungen "
            "ausgestellt. Die Technik muss vorher einen neuen Schlüssel anlegen."
        )
        alarms.append(KeyAlarm("seal_key_ends", text, {"ends_on": f"{keyring.signs_until:%d.%m.%Y}"}))
    if keyring.faults:
        text = N_("Schlüssel für das Prüfsiegel sind nicht zu gebrauchen: %(faults)s")
        alarms.append(KeyAlarm("seal_key_faulty", text, {"faults": " ".join(keyring.faults)}))
    return tuple(alarms)


def published(keyring: Keyring) -> list[dict[str, object]]:
    """Return every key as the page for everyone publishes it, oldest first; nothing secret is in it."""
    keys = sorted(keyring.public.values(), key=lambda key: (key.valid_from, key.id))
    return [_published(key) for key in keys]


def _published(key: PublicKey) -> dict[str, object]:
    return {
        "kid": key.id,
        "key": {
            "kty": "EC",
            "crv": "P-256",
            "x": _coordinate(key.point[1:33]),
            "y": _coordinate(key.point[33:]),
        },
        "valid_from": _instant(key.valid_from),
        "valid_until": _instant(key.valid_until),
        "revoked_at": _instant(key.revoked_at) if key.revoked_at else None,
    }


def _to_json(key: PublicKey) -> bytes:
    return json.dumps(_published(key), indent=2).encode() + b"\n"


def _read_public(file: Path) -> PublicKey:
    values = json.loads(file.read_text(encoding="utf-8"))
    point = b"\x04" + _bytes_of(values["key"]["x"]) + _bytes_of(values["key"]["y"])
    ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), point
    )  # a point off the curve is a ValueError
    key = PublicKey(
        point=point,
        valid_from=_instant_of(values["valid_from"]),
        valid_until=_instant_of(values["valid_until"]),
        revoked_at=_instant_of(values["revoked_at"]) if values["revoked_at"] else None,
    )
    if key.id != file.stem or values["kid"] != file.stem:
        raise ValueError("the file's name is not the key's id")
    return key


def _read_private(file: Path, key: PublicKey, faults: list[str]) -> ec.EllipticCurvePrivateKey | None:
    if not file.exists():
        return None  # another machine signs
    if file.stat().st_mode & 0o077:
        faults.append(f"{file.name}: other users can read it; run chmod 600, or revoke the key if they did.")
        return None
    try:
        private = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or public_point(private) != key.point:
        faults.append(f"{file.name}: damaged, not readable, or of another key; restore it from the backup.")
        return None
    return private


def _signs_until(keys: list[SigningKey], now: datetime) -> datetime | None:
    """Return the end of the unbroken stretch of time, from now on, in which some key signs."""
    end: datetime | None = None
    for key in keys:
        if key.public.valid_from <= (end or now):
            end = max(end or now, key.public.valid_until)
    return end


def _find(folder: Path, key_id: str, now: datetime) -> PublicKey:
    key = load_keyring(folder, now).public.get(key_id)
    if key is None:
        raise SealKeyNotFound(key_id=key_id)
    if key.revoked_at is not None or key.valid_until <= now:
        raise SealKeyEnded(key_id=key_id)
    return key


def _end(folder: Path, key: PublicKey) -> PublicKey:
    _write(folder / f"{key.id}.json", _to_json(key))
    (folder / f"{key.id}.pem").unlink(missing_ok=True)
    return key


def _write(file: Path, content: bytes) -> None:
    """Write a file that nobody else can read, whole or not at all."""
    draft = file.with_name(f".{file.name}.{new_token(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)


def _day_start(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _instant_of(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without its offset")
    return instant.astimezone(UTC)


def _coordinate(number: bytes) -> str:
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()


def _bytes_of(text: str) -> bytes:
    number = base64.urlsafe_b64decode(text + "=")
    if len(number) != _SIDE:
        raise ValueError("not a coordinate on P-256")
    return number
