"""Check that a team's letter ranges cover the alphabet, and explain single answers, in the operator's language."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from servicedesk.kernel.names import FoldingRule, UmlautRule, fold_surname
from servicedesk.offices.rules.ranges import Claim, Holder, Interval, PublishedRange, list_claims

_UMLAUT_TEXT = {
    UmlautRule.DIN_5007_2: "Ä, Ö, Ü filed as AE, OE, UE",
    UmlautRule.DIN_5007_1: "Ä, Ö, Ü filed as A, O, U",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Name a stretch of the alphabet as offices write it ("V – Z"), from `lo` up to but without `end`.

    `end` is None at the end of the alphabet. `owners` are the rivals of an overlap; `text` is the published
    piece of a vacancy or of the overlap's first owner.
    """

    range: str
    lo: str
    end: str | None
    owners: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Hold what the check of one team found; vacancies are no fault."""

    gaps: tuple[Finding, ...]
    overlaps: tuple[Finding, ...]
    vacant: tuple[Finding, ...]

    @property
    def is_complete(self) -> bool:
        """Tell whether every surname has exactly one answer, an owner or a declared vacancy."""
        return not self.gaps and not self.overlaps


@dataclass(frozen=True, slots=True)
class Explanation:
    """Hold the answer for one surname and the steps that lead to it; no owner means the team's inbox."""

    surname: str
    key: str
    holder: Holder
    owner: str | None
    range: str | None
    steps: tuple[str, ...]


def check_coverage(intervals: Sequence[Interval]) -> Coverage:
    """Return gaps, overlaps and vacancies of a team's compiled intervals.

    The intervals answer for every key of any length, so prefixes of two and three letters are covered with them.
    """
    return Coverage(
        gaps=tuple(_findings(intervals, lambda interval: interval.holder is Holder.gap)),
        overlaps=tuple(_findings(intervals, lambda interval: bool(interval.rivals))),
        vacant=tuple(_findings(intervals, lambda interval: interval.holder is Holder.vacant)),
    )


def describe_stretch(lo: str, end: str | None) -> str:
    """Return the stretch from `lo` up to but without `end` as offices write it: "B", "Mb – Mz", "Kat – Ma"."""
    last = _last_prefix(lo, end)
    text = lo.capitalize() if last == lo else f"{lo.capitalize()} – {last.capitalize()}"
    if end is None or end != last + "A":
        return text
    bare = last.capitalize()
    return (
        f"{text} (only the surname {bare})" if last == lo else f"{text} (of {bare} only the surname {bare})"
    )


def explain(ranges: Sequence[PublishedRange], surname: str, rule: FoldingRule) -> Explanation:
    """Return who owns `surname` in one team and why, step by step."""
    key = fold_surname(surname, rule)
    steps = [f"Surname as given: {surname!r}.", _key_step(key, rule)]
    if not key:
        steps.append("No letter A–Z is left: the team's inbox.")
        return Explanation(surname, key, Holder.gap, None, None, tuple(steps))
    claims = list_claims(ranges, key)
    steps.extend(_claim_step(claim, key) for claim in claims)
    if not claims:
        steps.append("No published range contains it (gap): the team's inbox.")
        return Explanation(surname, key, Holder.gap, None, None, tuple(steps))
    winner = claims[0]
    steps.append(_decision_step(claims))
    holder = Holder.vacant if winner.owner is None else Holder.owned
    return Explanation(surname, key, holder, winner.owner, winner.piece.text, tuple(steps))


def _findings(intervals: Sequence[Interval], is_found: Callable[[Interval], bool]) -> Iterator[Finding]:
    ends = [interval.lo for interval in intervals[1:]] + [None]
    for interval, end in zip(intervals, ends, strict=True):
        if is_found(interval):
            owners = (interval.owner or Holder.vacant.value, *interval.rivals) if interval.rivals else ()
            yield Finding(describe_stretch(interval.lo, end), interval.lo, end, owners, interval.text)


def _last_prefix(lo: str, end: str | None) -> str:
    if end is None:
        last = "Z"
    elif end.endswith("A"):
        last = end[:-1]
    else:
        last = end[:-1] + chr(ord(end[-1]) - 1)
    return last + "Z" if last != lo and lo.startswith(last) else last


def _key_step(key: str, rule: FoldingRule) -> str:
    particles = ", ".join(rule.dropped_particles)
    articles = f"leading {particles} left out" if particles else "articles and particles are part of the name"
    return f"Key {key or '(empty)'}: letters A–Z only, {_UMLAUT_TEXT[rule.umlauts]} ({rule.umlauts.value}), {articles}."


def _claim_step(claim: Claim, key: str) -> str:
    whose = f"of {claim.owner}" if claim.owner else "(vacant)"
    if claim.letters:
        return f"Range '{claim.piece.text}' {whose} contains it, told by its first letters {key[: claim.letters]}."
    return f"Range '{claim.piece.text}' {whose} reaches back to the bare surname {key}."


def _decision_step(claims: Sequence[Claim]) -> str:
    winner = claims[0]
    whose = f"responsible is {winner.owner}" if winner.owner else "vacant, so the team's inbox"
    rivals = {claim.owner or "vacant" for claim in claims if claim.rank == winner.rank} - {
        winner.owner or "vacant"
    }
    if rivals:
        return (
            f"'{winner.piece.text}' and a range of {', '.join(sorted(rivals))} claim it equally (overlap); "
            f"the one published first counts: {whose}."
        )
    reason = "The longest prefix wins" if len(claims) > 1 else "No other range contains it"
    return f"{reason}: {whose}."
