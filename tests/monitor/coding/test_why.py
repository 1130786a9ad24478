"""Every sentence in which something may be moved is explained, told or not."""

from __future__ import annotations

from monitor.coding.why import explained

TITLE = "CBP sends 200 agents to Memphis"
TEXT = (
    "CBP sent 200 agents from the Laredo sector to Memphis to assist ICE, the agency said on Tuesday.\n\n"
    "Protesters shouted for agents to leave the city.\n\n"
    "The weather was fine."
)


def test_the_rule_that_fired_and_the_near_miss_are_told_with_their_terms():
    title, lede, miss = explained(TITLE, TEXT, "2026-05-01")
    assert (title.part, title.verdict) == ("title", "shift")
    assert (lede.part, lede.verdict, lede.start) == ("lede", "shift", 0)
    assert lede.lines[0].startswith("send:send/active: shift (+")
    assert (miss.verdict, miss.sentence[:8]) == ("no shift", "Proteste")
    assert "not a shift (-" in miss.lines[0]


def test_what_is_told_twice_says_why_it_is_dropped():
    again = explained(TITLE, f"{TEXT}\n\n{TEXT.split(chr(10), maxsplit=1)[0]}", "2026-05-01")[-1]
    assert again.verdict == "dropped"
    assert "told before" in again.lines[0]


def test_other_languages_are_not_explained():
    assert explained("Envían agentes", TEXT, language="es-MX") == []
