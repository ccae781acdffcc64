"""Check texts in Leichte Sprache for what its rules forbid and a machine can tell for sure."""

import re

LONGEST_SENTENCE = 15
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")
_ABBREVIATION = re.compile(
    r"\b(?:z\.\s?B|d\.\s?h|u\.\s?a|o\.\s?ä|i\.\s?d\.\s?R|bzw|ggf|usw|etc|ca|evtl|inkl|bspw|sog|vgl|max|min|Tel|Std)\."
)
_LAW = re.compile(r"§")
_LAW_ABBREVIATION = re.compile(r"\b(?:Abs|Nr|Art)\.")
_SUBJUNCTIVE = re.compile(r"\b(?:wär|würd|könnt|hätt|müsst|dürft)e(?:n|st|t)?\b", re.IGNORECASE)
# "der" may be a dative, "eines" a nominative; "des" with a noun is a genitive and nothing else.
_GENITIVE = re.compile(r"\b(?:des|eines)\s+(?:[a-zäöüß]+en\s+)?[A-ZÄÖÜ]\w*s\b|\bdes\s+[A-ZÄÖÜ]\w+")


def list_faults(text: str) -> list[str]:
    """Return what a text in Leichte Sprache must not have; § references may stay as they are written."""
    faults = [
        f"{count} words in one sentence, at most {LONGEST_SENTENCE}: {sentence[:50]}…"
        for sentence in _SENTENCE_END.split(_PLACEHOLDER.sub("X", text))
        if (count := len(sentence.split())) > LONGEST_SENTENCE
    ]
    searched = [("abbreviation", _ABBREVIATION), ("subjunctive", _SUBJUNCTIVE), ("genitive", _GENITIVE)]
    if not _LAW.search(text):
        searched.append(("abbreviation", _LAW_ABBREVIATION))
    for name, pattern in searched:
        faults += [f"{name}: {match.group()}" for match in pattern.finditer(text)]
    if "\N{SOFT HYPHEN}" in text:
        faults.append("a soft hyphen: words are not broken at the end of a line")
    return faults
