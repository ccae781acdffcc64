"""Seal what an interim confirmation prints, and read such a seal; pure, the keys are arguments.

A seal is the text `SD1:<key id>:<payload>:<signature>` in the signs of a QR code's alphanumeric mode. The payload is
base45 of a JSON array of strings in UTF-8: the printed facts in the order printed. The signature is base45 of r and s
(32 bytes each) of ECDSA on P-256 with SHA-256 over `SD1:<key id>:` and the payload's bytes. `SD1` alone says all
that; nothing inside a seal chooses an algorithm, a key or an address.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from servicedesk.interim import base45
from servicedesk.interim.errors import (
    FactsTooLong,
    IssuedOutsideKey,
    SealBroken,
    SealContentOdd,
    SealForged,
    SealKeyExpired,
    SealKeyRevoked,
    SealKeyUnknown,
    SealVersionUnknown,
)
from servicedesk.kernel.ids import CROCKFORD

VERSION = "SD1"
KEY_ID_LENGTH = 6
MOST_PAYLOAD_BYTES = 1250
"""What a square of version 30 holds, the densest that photos are reliably read from (docs/adr/0024)."""

_KEY_ID = re.compile(f"[{CROCKFORD}]{{{KEY_ID_LENGTH}}}")
_OTHER_VERSION = re.compile(r"SD[0-9]{1,3}")
_SIGNATURE_SIGNS = 96
_ZONE_MARGIN = timedelta(days=1)
_ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# Bidirectional controls and blanks without width could make two different names look the same.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)


@dataclass(frozen=True, slots=True)
class PrintedFacts:
    """Hold exactly what the letter prints, in its order; texts are cleaned on the way in, so both stay the same.

    `status_code` is the ten characters without the hyphen.
    """

    office: str
    status_code: str
    name: str
    birth_date: str
    file_number: str
    title: str
    legal_basis: str
    title_ends_on: date
    received_on: date
    employment_condition: str
    issued_on: date
    check_again_on: date

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, str):
                object.__setattr__(self, one.name, _clean(value))


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Hold a published key. It may sign from `valid_from` until `valid_until`; what it signed stays verifiable.

    `point` is the uncompressed point on P-256 (65 bytes), from which `id` follows. `revoked_at` takes everything
    back that it ever signed.
    """

    point: bytes
    valid_from: datetime
    valid_until: datetime
    revoked_at: datetime | None = None

    @property
    def id(self) -> str:
        """Return the id: the first thirty bits of the point's SHA-256, in Crockford's base 32."""
        head = int.from_bytes(hashlib.sha256(self.point).digest()[:4]) >> 2
        return "".join(CROCKFORD[head >> 5 * place & 31] for place in reversed(range(KEY_ID_LENGTH)))

    def covers(self, day: date) -> bool:
        """Tell whether a letter dated `day` can come from this key; a day of margin, as dates are local."""
        return self.valid_from.date() - _ZONE_MARGIN <= day <= self.valid_until.date() + _ZONE_MARGIN


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Hold a key that can sign."""

    public: PublicKey
    private: ec.EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealReading:
    """Hold what a genuine seal says."""

    facts: PrintedFacts
    key_id: str


def public_point(private: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the uncompressed point that belongs to a private key."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def build_token(facts: PrintedFacts, key: SigningKey) -> str:
    """Return the seal of `facts`; the same facts and key give the same seal (RFC 6979).

    Raises FactsTooLong, and IssuedOutsideKey for a date printed outside the key's life.
    """
    if not key.public.covers(facts.issued_on):
        raise IssuedOutsideKey(key_id=key.public.id, issued_on=f"{facts.issued_on:%d.%m.%Y}")
    payload = _payload_of(facts)
    if len(payload) > MOST_PAYLOAD_BYTES:
        raise FactsTooLong(excess=len(payload) - MOST_PAYLOAD_BYTES)
    r, s = decode_dss_signature(key.private.sign(_signed_bytes(key.public.id, payload), _ALGORITHM))
    signature = r.to_bytes(32) + s.to_bytes(32)
    return f"{VERSION}:{key.public.id}:{base45.encode(payload)}:{base45.encode(signature)}"


def read_token(text: str, keys: Mapping[str, PublicKey]) -> SealReading:
    """Return what a seal says, if one of `keys` made it.

    Raises SealBroken, SealVersionUnknown, SealKeyUnknown, SealForged, SealContentOdd, SealKeyRevoked or
    SealKeyExpired; the first that applies in this order. The browser decides the same way (static/check/seal.js).
    """
    key_id, payload, signature = _split(text)
    key = keys.get(key_id)
    if key is None:
        raise SealKeyUnknown
    if not _verifies(key, _signed_bytes(key_id, payload), signature):
        raise SealForged
    facts = _facts_of(payload)
    if key.revoked_at is not None:
        raise SealKeyRevoked
    if not key.covers(facts.issued_on):
        raise SealKeyExpired
    return SealReading(facts, key_id)


def _clean(text: str) -> str:
    visible = text.translate(_INVISIBLE).encode(errors="replace").decode()
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def _signed_bytes(key_id: str, payload: bytes) -> bytes:
    return f"{VERSION}:{key_id}:".encode() + payload


def _payload_of(facts: PrintedFacts) -> bytes:
    return _canonical([str(getattr(facts, one.name)) for one in fields(facts)])


def _canonical(texts: list[str]) -> bytes:
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()


def _split(text: str) -> tuple[str, bytes, bytes]:
    version, _, rest = text.partition(":")
    if version != VERSION and _OTHER_VERSION.fullmatch(version):
        raise SealVersionUnknown
    key_id, _, body = rest.partition(":")
    # Base45 uses the colon, too; the signature's length is fixed, so its separator is found from the end.
    at = len(body) - _SIGNATURE_SIGNS - 1
    if version != VERSION or not _KEY_ID.fullmatch(key_id) or at < 1 or body[at] != ":":
        raise SealBroken
    try:
        return key_id, base45.decode(body[:at]), base45.decode(body[at + 1 :])
    except ValueError:
        raise SealBroken from None


def _verifies(key: PublicKey, signed: bytes, signature: bytes) -> bool:
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.point)
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    try:
        public.verify(der, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _facts_of(payload: bytes) -> PrintedFacts:
    try:
        texts = json.loads(payload.decode())
        # Only what we would write ourselves: no second spelling of the same facts.
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise SealContentOdd
        if _canonical(texts) != payload:
            raise SealContentOdd
        values: list[Any] = [
            _day_of(text) if one.type is date else text
            for one, text in zip(fields(PrintedFacts), texts, strict=True)
        ]
    except (ValueError, RecursionError):
        raise SealContentOdd from None
    return PrintedFacts(*values)


def _day_of(text: str) -> date:
    day = date.fromisoformat(text)
    if str(day) != text:
        raise ValueError("not written as a seal writes it")
    return day
