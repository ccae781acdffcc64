"""Leichte Sprache: what a machine can hold against a text."""

import pytest

from servicedesk.kernel.easy_german import list_faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn %(x)s",
            "16 words",
        ),
        ("Bringen Sie Papiere mit, z. B. Ihren Pass.", "abbreviation: z. B."),
        ("Sie oder ggf. Ihre Kinder", "abbreviation: ggf."),
        ("Rufen Sie an. Tel. %(phone)s", "abbreviation: Tel."),
        ("Das steht in Abs. 4", "abbreviation: Abs."),
        ("Es wäre gut.", "subjunctive: wäre"),
        ("Sie könnten Ihre Arbeit verlieren.", "subjunctive: könnten"),
        ("Würden Sie bitte warten?", "subjunctive: Würden"),
        ("Das Ende des Aufenthaltstitels", "genitive: des Aufenthaltstitels"),
        ("Das Foto des Kindes", "genitive: des Kindes"),
        ("Das Foto eines kleinen Kindes", "genitive: eines kleinen Kindes"),
        ("Aufenthalts\u00adtitel", "soft hyphen"),
    ],
)
def test_a_fault_is_found_and_named(text, fault):
    assert [one for one in list_faults(text) if fault in one], list_faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn %(x)s.",
        "Sie brauchen eines von diesen Papieren: einen Pass oder einen Reise-Ausweis. Bringen Sie das Papier mit.",
        "Das steht im Gesetz: § 81 Abs. 4 AufenthG.",
        "Hatten Sie einen Termin? Wir konnten Sie nicht finden. Sie müssen das nicht tun. Das ist hart.",
        "Desto besser. Die Ausweise von den Eltern.",
        "Montag\nDienstag\nMittwoch\nDonnerstag\neins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    ],
)
def test_easy_words_pass(text):
    assert list_faults(text) == []
