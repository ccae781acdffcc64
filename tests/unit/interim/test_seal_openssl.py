"""A second implementation verifies the seal: OpenSSL on the command line, with nothing of ours in between."""

import base64
import subprocess

import pytest

from tests.support import seals
from tests.support.seals import CURRENT, FACTS, build_token

GOOD = build_token(FACTS, CURRENT)
# The fixed beginning of the DER form of a public key on P-256 (RFC 5480); the point follows.
_DER_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


def der_signature(raw):
    """Write r and s as OpenSSL reads them: a sequence of two integers."""

    def integer(part):
        number = part.lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] & 0x80 else number
        return bytes([2, len(number)]) + number

    body = integer(raw[:32]) + integer(raw[32:])
    return bytes([0x30, len(body)]) + body


def openssl_verifies(token, folder):
    version, key_id, _ = token.split(":", 2)
    (folder / "signed").write_bytes(f"{version}:{key_id}:".encode() + seals.payload_of(token))
    (folder / "signature").write_bytes(der_signature(seals.base45.decode(token[-96:])))
    spki = base64.encodebytes(_DER_HEAD + CURRENT.public.point).decode()
    (folder / "key.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{spki}-----END PUBLIC KEY-----\n")
    run = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.strip() in {"Verified OK", "Verification failure"}, run.stderr
    return run.stdout.strip() == "Verified OK"


def test_openssl_verifies_a_seal(tmp_path):
    assert openssl_verifies(GOOD, tmp_path)


@pytest.mark.parametrize("at", [6, 12, 200, len(GOOD) - 100, len(GOOD) - 95, len(GOOD) - 48, len(GOOD) - 3])
def test_openssl_sees_every_change(at, tmp_path):
    sign = "0" if GOOD[at] != "0" else "1"
    assert not openssl_verifies(GOOD[:at] + sign + GOOD[at + 1 :], tmp_path)


def test_openssl_sees_another_name(tmp_path):
    edited = seals.payload_of(GOOD).replace(b"Amina", b"Amira")
    assert not openssl_verifies(seals.assemble(edited, seals.base45.decode(GOOD[-96:])), tmp_path)
