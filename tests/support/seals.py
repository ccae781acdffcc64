"""Seals of every kind, made with fixed keys: the list on which Python and the browser have to agree.

`python -m tests.support.seals` writes tests/vectors/seals.json anew, after the format has changed on purpose.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from servicedesk.interim import base45
from servicedesk.interim.keys import Keyring, published
from servicedesk.interim.seal import (
    MOST_PAYLOAD_BYTES,
    PrintedFacts,
    PublicKey,
    SigningKey,
    build_token,
    public_point,
)

FILE = Path(__file__).parents[1] / "vectors" / "seals.json"

FACTS = PrintedFacts(
    office="Ausländerbehörde Musterstadt",
    status_code="7K3MQ2XA9B",
    name="Amina Çelik",
    birth_date="17.05.1990",
    file_number="33.26.1234567",
    title="Aufenthaltserlaubnis",
    legal_basis="§ 16b Abs. 1 AufenthG",
    title_ends_on=date(2026, 12, 6),
    received_on=date(2026, 11, 20),
    employment_condition=(
        "Beschäftigung bis zu 140 Tage oder 280 halbe Tage im Jahr sowie Ausübung studentischer Nebentätigkeit erlaubt"
    ),
    issued_on=date(2026, 11, 23),
    check_again_on=date(2027, 2, 23),
)
NAMES = {
    "arabic": "محمد عبد الرحمن السيد",
    "ethiopic": "አበበ ቢቂላ ወልደ ማርያም",
    "vietnamese": "Nguyễn Thị Bích Phượng",
    "persian with a joiner": "علی\u200cرضا حسینی",
    "quotes and a backslash": 'Seán "Jack" O’Neill \\ D\'Arcy',
    "emoji beyond the basic plane": "Ana 𐌰𐌱 😀",
    "no name at all": "",
}
"""People who do not exist, in scripts that do."""


def make_key(
    number, valid_from=datetime(2026, 1, 1, tzinfo=UTC), valid_until=datetime(2027, 1, 1, tzinfo=UTC), **more
):
    """Return the signing key with this secret number; for tests only."""
    private = ec.derive_private_key(number, ec.SECP256R1())
    return SigningKey(PublicKey(public_point(private), valid_from, valid_until, **more), private)


CURRENT = make_key(20_261_123)
RETIRED = make_key(7, valid_until=datetime(2026, 11, 24, tzinfo=UTC))
REVOKED = make_key(8, revoked_at=datetime(2026, 12, 1, tzinfo=UTC))
ENDED = make_key(9, valid_until=datetime(2026, 6, 30, tzinfo=UTC))
STRANGER = make_key(10)
KEYS = {key.public.id: key.public for key in (CURRENT, RETIRED, REVOKED, ENDED)}


def sign(payload, key=CURRENT, version="SD1"):
    """Sign any bytes as if they were the payload of a seal."""
    der = key.private.sign(
        f"{version}:{key.public.id}:".encode() + payload,
        ec.ECDSA(hashes.SHA256(), deterministic_signing=True),
    )
    r, s = decode_dss_signature(der)
    return assemble(payload, r.to_bytes(32) + s.to_bytes(32), key.public.id, version)


def assemble(payload, signature, key_id=CURRENT.public.id, version="SD1"):
    """Write the parts of a seal as one text."""
    return f"{version}:{key_id}:{base45.encode(payload)}:{base45.encode(signature)}"


def payload_of(token):
    """Return the payload's bytes of a well-formed seal."""
    return base45.decode(token.split(":", 2)[2][:-97])


def change(text, at, sign_="7"):
    """Replace one sign by another."""
    return text[:at] + (sign_ if text[at] != sign_ else "8") + text[at + 1 :]


def longest_facts():
    """Return facts that fill a seal to the last byte."""
    room = MOST_PAYLOAD_BYTES - len(payload_of(build_token(replace(FACTS, employment_condition=""), CURRENT)))
    return replace(FACTS, employment_condition="x" * room)


def _genuine():
    yield "usual", build_token(FACTS, CURRENT)
    for what, name in NAMES.items():
        yield what, build_token(replace(FACTS, name=name), CURRENT)
    yield "no employment condition", build_token(replace(FACTS, employment_condition=""), CURRENT)
    yield "the longest", build_token(longest_facts(), CURRENT)
    yield "a retired key", build_token(FACTS, RETIRED)
    yield "the last day of its key", build_token(replace(FACTS, issued_on=date(2027, 1, 2)), CURRENT)


def _broken(good):
    head, body = good[:11], good[11:]
    yield "nothing", ""
    yield "an address", "https://pruefen.example/?siegel=" + good
    yield "another code of the letter", "https://termine.musterstadt.example/de/code#K7QM2XTD9HRA4BNW"
    yield "a token that names its algorithm", "eyJhbGciOiJub25lIn0.eyJuYW1lIjoiQW1pbmEifQ."
    yield "cut off", good[:-1]
    yield "a blank too much", good + " "
    yield "a blank in front", " " + good
    yield "small letters", good.lower()
    yield "a key in place of the key id", good.replace(head, "SD1:04A9F1C8E0B7D2:", 1)
    yield "an address in place of the key id", good.replace(head, "SD1:HTTPS:", 1)
    yield "a sign that base45 does not have", head + "#" + body[1:]
    yield "three signs above two bytes", head + ":::" + body[3:]
    yield "the signature's colon gone", good[:-97] + "0" + good[-96:]
    yield "no payload", head + ":" + good[-96:]
    yield "other letters for the version", "XD1" + good[3:]


def _forged(good):
    for at in (11, 12, 60, len(good) - 98, len(good) - 96, len(good) - 50):
        yield f"sign {at} changed", change(good, at)
    edited = payload_of(good).replace("Çelik".encode(), "Öztürk".encode())
    yield "another name under the same signature", assemble(edited, base45.decode(good[-96:]))
    yield "the key id of another key", good.replace(CURRENT.public.id, RETIRED.public.id, 1)
    yield (
        "signed by a stranger under our key id",
        assemble(payload_of(good), base45.decode(sign(payload_of(good), STRANGER)[-96:])),
    )
    yield (
        "signed for another version",
        assemble(payload_of(good), base45.decode(sign(payload_of(good), CURRENT, "SD0")[-96:])),
    )
    for what, number in (("zeros", 0), ("ones", 2**512 - 1), ("r and s of one", (1 << 256) + 1)):
        yield f"a signature of {what}", assemble(payload_of(good), number.to_bytes(64))


def _odd(good):
    texts = json.loads(payload_of(good))

    def signed(values):
        return sign(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())

    yield "an object with a key and an address", signed({"jwk": {"kty": "EC"}, "jku": "https://keys.example"})
    yield "a thirteenth part, an address", signed([*texts, "https://pruefen.example"])
    yield "eleven parts", signed(texts[:-1])
    yield "a number among the parts", signed([*texts[:-1], 20270223])
    yield "a day that does not exist", signed([*texts[:-1], "2027-02-30"])
    yield "a day without hyphens", signed([*texts[:-1], "20270223"])
    yield "the year 0", signed([*texts[:-1], "0000-02-23"])
    yield "blanks between the parts", sign(json.dumps(texts, ensure_ascii=False).encode())
    yield "letters written as numbers", sign(json.dumps(texts, separators=(",", ":")).encode())
    yield "half of a character", sign(payload_of(good).replace("Çelik".encode(), b"\\ud83d"))
    yield "bytes that are no UTF-8", sign(payload_of(good).replace("Çelik".encode(), b"\xc7elik"))
    yield "a byte order mark", sign(b"\xef\xbb\xbf" + payload_of(good))
    yield "no JSON", sign(b"Amina")
    yield "brackets without end", sign(b"[" * 600)
    yield "an empty list", sign(b"[]")


def list_vectors():
    """Return every seal with the outcome that both sides have to find."""
    good = build_token(FACTS, CURRENT)
    groups = {
        "genuine": list(_genuine()),
        "broken": list(_broken(good)),
        "unknown_version": [("version 2", "SD2" + good[3:]), ("version 10", "SD10" + good[3:])],
        "unknown_key": [
            ("a stranger's key", build_token(FACTS, STRANGER)),
            ("a wrong sign", change(good, 6)),
        ],
        "forged": list(_forged(good)),
        "odd_content": list(_odd(good)),
        "revoked_key": [("a key that was taken back", build_token(FACTS, REVOKED))],
        "expired_key": [
            ("a key that had ended", sign(payload_of(good), ENDED)),
            ("before the key began", sign(payload_of(good).replace(b"2026-11-23", b"2025-12-30"))),
        ],
    }
    return [
        {"outcome": outcome, "what": what, "token": token}
        for outcome, found in groups.items()
        for what, token in found
    ]


def build_file():
    """Return the content of the file of vectors."""
    document = {"keys": published(Keyring(CURRENT, KEYS)), "seals": list_vectors()}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(build_file(), encoding="utf-8")
