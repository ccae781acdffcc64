"""Read letter ranges as offices publish them: "A - Al G", "C, D, Yn - Yz", "I/Y", "S ohne Sch, St"."""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from servicedesk.kernel.names import UmlautRule, fold_letters

_DASHES = "\\-\u2010-\u2015\u2212"
_MAX_BOUND_LENGTH = 40
_DASH = re.compile(rf"\s*[{_DASHES}]+\s*")
_SPACED_DASH = re.compile(rf"\s[{_DASHES}]+\s")
_TO = re.compile(r"(?<=\S)\s+bis\s+(?=\S)", re.IGNORECASE)
_BOUND = re.compile(rf"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\s'’ʼ{_DASHES}])*")
_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))"
    r"|(?P<without>(?<!\S)(?:ohne|außer|ausser|ausgenommen|mit Ausnahme von|except|without)(?!\S))"
    r"|(?P<comma>[,;/&]|(?<=\S\s)(?:und|sowie|and)(?=\s\S)))\s*",
    re.IGNORECASE,
)


class UnreadablePiece(ValueError):
    """Say in one English sentence why a published piece cannot be read."""


@dataclass(frozen=True, slots=True)
class Span:
    """Cover every key from `lo` to the last one that begins with `hi`."""

    lo: str
    hi: str

    def covers(self, key: str) -> bool:
        """Tell whether `key` lies in the span; the upper bound is prefix-inclusive."""
        return self.lo <= key and key[: len(self.hi)] <= self.hi

    def has_inside(self, other: "Span") -> bool:
        """Tell whether `other` is a true part of this span."""
        # "~" sorts after Z: it stands for the last of all names beginning with the bound.
        return self.lo <= other.lo and other.hi + "~" <= self.hi + "~" and self != other


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold one published piece: its text as published, what it spans, and what is taken out of it."""

    text: str
    span: Span
    excluded: tuple[Span, ...] = ()

    def covers(self, key: str) -> bool:
        """Tell whether `key` lies in the piece and in none of its exclusions."""
        return self.span.covers(key) and not any(span.covers(key) for span in self.excluded)


def parse_pieces(published: str, umlauts: UmlautRule) -> tuple[Piece, ...]:
    """Return the pieces of one published text; raises UnreadablePiece naming the part that is wrong.

    Commas, semicolons, slashes, ampersands and "und" separate pieces. After "ohne" the items that lie inside
    the piece are taken out of it, and the first that does not is a piece again.
    """
    reader = _Reader(" ".join(published.replace("(", " ( ").replace(")", " ) ").split()), umlauts)
    reader.read()
    if not reader.pieces:
        raise UnreadablePiece("is empty; write a letter, a prefix or a range such as 'A - Al G'")
    return tuple(reader.pieces)


class _Expect(Enum):
    PIECE = auto()
    EXCLUSION = auto()
    EXCLUSION_OR_PIECE = auto()


class _Reader:
    def __init__(self, text: str, umlauts: UmlautRule) -> None:
        self._text = text
        self._umlauts = umlauts
        self._expect = _Expect.PIECE
        self._in_brackets = False
        self._piece_start = 0
        self.pieces: list[Piece] = []

    def read(self) -> None:
        position = 0
        for token in _TOKEN.finditer(self._text):
            self._take_item(position, token.start())
            self._take_token(token)
            position = token.end()
        self._take_item(position, len(self._text))
        if self._in_brackets:
            raise UnreadablePiece(f"opens a bracket and never closes it: '{self._text}'")
        if self._expect is _Expect.EXCLUSION:
            raise UnreadablePiece(f"names nothing after '{self._text.split()[-1]}'")

    def _take_token(self, token: re.Match[str]) -> None:
        if token["open"]:
            if self._in_brackets or not self.pieces:
                raise UnreadablePiece(f"has a bracket where none belongs: '{self._text}'")
            self._in_brackets = True
        elif token["close"]:
            if not self._in_brackets or self._expect is not _Expect.EXCLUSION_OR_PIECE:
                raise UnreadablePiece(f"has brackets without 'ohne …' in them: '{self._text}'")
            self._in_brackets = False
            self._expect = _Expect.PIECE
            self._name_last_piece(token.end())
        elif token["without"]:
            if not self.pieces:
                raise UnreadablePiece(f"begins with '{token['without']}'; name the range first")
            self._expect = _Expect.EXCLUSION

    def _take_item(self, start: int, end: int) -> None:
        item = self._text[start:end]
        if not item:
            return
        if self._in_brackets and self._expect is _Expect.PIECE:
            raise UnreadablePiece(f"has brackets without 'ohne …' in them: '{self._text}'")
        span = parse_span(item, self._umlauts)
        if self._expect is not _Expect.PIECE:
            if self.pieces[-1].span.has_inside(span):
                self._take_out(span, end)
                return
            if self._in_brackets or self._expect is _Expect.EXCLUSION:
                raise UnreadablePiece(f"takes out '{item}', which is no part of '{self.pieces[-1].text}'")
        self._expect = _Expect.PIECE
        self._piece_start = start
        self.pieces.append(Piece(item, span))

    def _take_out(self, span: Span, end: int) -> None:
        self._expect = _Expect.EXCLUSION_OR_PIECE
        self.pieces[-1] = replace(self.pieces[-1], excluded=(*self.pieces[-1].excluded, span))
        self._name_last_piece(end)

    def _name_last_piece(self, end: int) -> None:
        published = self._text[self._piece_start : end].strip().replace("( ", "(").replace(" )", ")")
        self.pieces[-1] = replace(self.pieces[-1], text=published)


def parse_span(item: str, umlauts: UmlautRule) -> Span:
    """Return what one item spans: a prefix or two joined by a dash or "bis"; raises UnreadablePiece.

    Of several dashes the one with spaces on both sides joins the bounds ("Al-A - Al-Z").
    """
    bounds = _split_bounds(item.strip(" ."))
    keys = [_bound_key(bound, item, umlauts) for bound in bounds]
    lo, hi = keys[0], keys[-1]
    if lo[: len(hi)] > hi:
        raise UnreadablePiece(f"'{item}' ends before it begins; write the earlier letters first")
    return Span(lo, hi)


def _split_bounds(item: str) -> list[str]:
    for separator in (_TO, _SPACED_DASH, _DASH):
        bounds = separator.split(item)
        if len(bounds) == 2:
            return bounds
        if len(bounds) > 2:
            raise UnreadablePiece(f"'{item}' joins more than two bounds; separate the ranges by commas")
    return [item]


def _bound_key(bound: str, item: str, umlauts: UmlautRule) -> str:
    if not bound.strip():
        raise UnreadablePiece(f"'{item}' needs a letter on both sides of the dash")
    key = fold_letters(bound, umlauts) if _BOUND.fullmatch(bound.strip()) else ""
    if len(key) > _MAX_BOUND_LENGTH:
        raise UnreadablePiece(f"'{bound}' is too long; {_MAX_BOUND_LENGTH} letters are enough for any cut")
    if not key:
        raise UnreadablePiece(f"'{bound}' is not a letter or the beginning of a surname")
    return key
