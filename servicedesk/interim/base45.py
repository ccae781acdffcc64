"""Write bytes with the 45 signs of a QR code's alphanumeric mode, after RFC 9285."""

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)}


def encode(data: bytes) -> str:
    """Return three signs for every two bytes, and two for a last single one."""
    signs: list[str] = []
    for at in range(0, len(data) - 1, 2):
        high, low = divmod(data[at] * 256 + data[at + 1], 45 * 45)
        signs += _SIGNS[low % 45], _SIGNS[low // 45], _SIGNS[high]
    if len(data) % 2:
        signs += _SIGNS[data[-1] % 45], _SIGNS[data[-1] // 45]
    return "".join(signs)


def decode(text: str) -> bytes:
    """Return the bytes that `encode` turns into exactly this text; raises ValueError where there are none."""
    found = bytearray()
    for at in range(0, len(text), 3):
        group = [_VALUES.get(sign, -1) for sign in text[at : at + 3]]
        value = sum(digit * 45**place for place, digit in enumerate(group))
        size = len(group) - 1
        if size == 0 or min(group) < 0 or value >= 256**size:
            raise ValueError("not base45")
        found += value.to_bytes(size)
    return bytes(found)
