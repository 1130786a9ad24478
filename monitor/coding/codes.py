"""What a codebook file says: codes and their patterns, read from TOML with every complaint at its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import tomli

from monitor.coding.findings import Findings
from monitor.coding.lexicon import duties
from monitor.coding.vocabulary import wrong
from monitor.model import StoryKind
from monitor.toml_lines import Path

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*(?:/[a-z0-9-]+)?")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_HEAD_KEYS: Final = ("name", "version", "language")
_CODE_KEYS: Final = (
    "id", "parent", "label", "definition", "include", "exclude", "examples", "counterexamples", "kinds", "languages",
    "pattern",
)  # fmt: skip
_PATTERN_KEYS: Final = ("phrases", "near", "bodies", "not", "reader", "resource", "direction", "actor", "status")
SLOTS: Final = ("resource", "direction", "actor", "status")
_HEAVY: Final = 400  # alternatives of one side of "near" times the other's
SHORT_STEM: Final = 3  # letters a stem has at least before its star
_PHRASE_WORD: Final = re.compile(r"\d+\(g\)|(?:[a-z]\.){2,}|[^\W_]+(?:[-'’.&][^\W_]+)*\*?|\*")
_POSSESSIVE: Final = re.compile(r"['’]s\b")

Near = tuple[tuple[str, ...], tuple[str, ...], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One way a code fires. ``rule`` is the code and the pattern's number; a tag adds the phrase that fired."""

    rule: str
    phrases: tuple[str, ...] = ()
    near: Near | None = None
    bodies: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    reader: str = ""
    slots: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of the codebook as its user wrote it; ``at`` is its place in the file, counted from 0."""

    id: str
    label: str
    definition: str
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    parent: str = ""
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    at: int = 0


def read_codes(text: str) -> tuple[list[Code], Findings, dict[str, Any]]:
    """(codes that could be read, what is wrong with the file, its [codebook] table)."""
    findings = Findings(text)
    try:
        loaded = tomli.loads(text)
    except tomli.TOMLDecodeError as trouble:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", str(trouble))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        findings.at_line(line, f"not valid TOML: {str(trouble).split(' (at')[0]}")
        return [], findings, {}
    except RecursionError:
        findings.at_line(0, "not valid TOML: nested too deeply")
        return [], findings, {}
    _keys(loaded, ("codebook", "code"), (), "", findings)
    codes: list[Code] = []
    listed = loaded.get("code")
    if not isinstance(listed, list) or not listed:
        findings.error((), "no [[code]] in the file")
        listed = []
    seen: dict[str, int] = {}
    for at, raw in enumerate(listed):
        code = _code(raw, at, findings)
        if code is None:
            continue
        if code.id in seen:
            findings.error(
                ("code", at, "id"), f"code {code.id!r} is defined twice; the first is number {seen[code.id]}"
            )
        seen.setdefault(code.id, at + 1)
        codes.append(code)
    _parents(codes, findings)
    head = loaded.get("codebook", {})
    if not isinstance(head, dict):
        findings.error(("codebook",), "[codebook] is not a table")
        return codes, findings, {}
    _keys(head, _HEAD_KEYS, ("codebook",), "[codebook]", findings)
    return codes, findings, head


def _parents(codes: list[Code], findings: Findings) -> None:
    parents = {code.id: code.parent for code in codes}
    for code in codes:
        path: Path = ("code", code.at, "parent")
        if code.parent and code.parent not in parents:
            findings.error(
                path,
                f"code {code.id!r} names a parent {code.parent!r} that does not exist{_guess(code.parent, parents)}",
            )
            continue
        above, passed = code.parent, {code.id}
        while above and above not in passed:
            passed.add(above)
            above = parents.get(above, "")
        if above == code.id:
            findings.error(path, f"code {code.id!r} is its own parent, directly or by way of others")


def _guess(found: str, known: Iterable[str]) -> str:
    close = get_close_matches(found, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _keys(raw: dict[str, Any], known: tuple[str, ...], path: Path, where: str, findings: Findings) -> None:
    for key in raw:
        if key not in known:
            findings.error(
                (*path, key),
                f"{where + ': ' if where else ''}unknown key {key!r}; expected one of {', '.join(known)}"
                f"{_guess(key, known)}",
            )


def _code(raw: Any, at: int, findings: Findings) -> Code | None:
    path: Path = ("code", at)
    if not isinstance(raw, dict):
        findings.error(path, "[[code]] is not a table")
        return None
    name = raw.get("id")
    if not isinstance(name, str) or _ID.fullmatch(name) is None:
        found = "is missing" if name is None else f"{name!r}"
        findings.error(
            (*path, "id"), f"id {found}: expected lower-case words joined by '-', with at most one '/' between"
        )
        return None
    where = f"code {name!r}"
    _keys(raw, _CODE_KEYS, path, where, findings)
    texts = {
        key: _text(raw.get(key, ""), f"{where}: {key}", (*path, key), findings)
        for key in ("label", "definition", "include", "exclude", "parent")
    }
    for key in ("label", "definition"):
        if not texts[key].strip():
            findings.error((*path, key), f"{where}: {key} is missing")
    patterns = raw.get("pattern", [])
    if not isinstance(patterns, list) or not patterns:
        findings.error((*path, "pattern"), f"{where}: no pattern, so it can never fire")
        patterns = []
    lists = {
        key: _words(raw.get(key, []), f"{where}: {key}", (*path, key), findings)
        for key in ("examples", "counterexamples", "kinds", "languages")
    }
    _limits(lists["kinds"], lists["languages"], where, path, findings)
    made = (_pattern(one, name, number, (*path, "pattern"), findings) for number, one in enumerate(patterns))
    return Code(
        id=name,
        label=texts["label"],
        definition=texts["definition"],
        include=texts["include"],
        exclude=texts["exclude"],
        parent=texts["parent"],
        examples=lists["examples"],
        counterexamples=lists["counterexamples"],
        kinds=lists["kinds"],
        languages=lists["languages"],
        patterns=tuple(filter(None, made)),
        at=at,
    )


def _limits(kinds: tuple[str, ...], languages: tuple[str, ...], where: str, path: Path, findings: Findings) -> None:
    known = [kind.value for kind in StoryKind]
    for kind in kinds:
        if kind not in known:
            findings.error(
                (*path, "kinds"), f"{where}: kind {kind!r} is none of {', '.join(known)}{_guess(kind, known)}"
            )
    for language in languages:
        if _LANGUAGE.fullmatch(language) is None:
            findings.error((*path, "languages"), f"{where}: language {language!r}: expected a short code such as 'en'")


def _pattern(raw: Any, code: str, number: int, above: Path, findings: Findings) -> Pattern | None:
    path, where = (*above, number), f"code {code!r}, pattern {number + 1}"
    if isinstance(raw, dict) and "regex" in raw:
        findings.error(path, f"{where}: regular expressions are not taken; use phrases and near")
        return None
    if not isinstance(raw, dict) or set(raw) - set(_PATTERN_KEYS) or not set(raw) - {"not"}:
        findings.error(path, f"{where}: expected a table of {', '.join(_PATTERN_KEYS)}{_first_guess(raw)}")
        return None
    phrases, absent, bodies = (
        _words(raw.get(key, []), f"{where}: {key}", path, findings) for key in ("phrases", "not", "bodies")
    )
    for body in bodies:
        if body not in duties():
            findings.error(path, f"{where}: no body has the code {body!r}{_guess(body.upper(), duties())}")
    for phrase in (*phrases, *absent):
        _check_phrase(phrase, where, path, findings)
    near = _near(raw.get("near"), where, path, findings)
    reader = raw.get("reader", "")
    if reader not in ("", "shifts"):
        findings.error(path, f"{where}: reader {reader!r}: the only reader is 'shifts'")
        reader = ""
    slots = tuple((slot, _words(raw[slot], f"{where}: {slot}", path, findings)) for slot in SLOTS if slot in raw)
    if slots and not reader:
        findings.error(path, f"{where}: {slots[0][0]} needs reader = 'shifts'")
    for slot, values in slots:
        for problem in filter(None, (wrong(slot, value) for value in values)):
            findings.error(path, f"{where}: {problem}")
    return Pattern(
        rule=f"{code}#{number + 1}",
        phrases=phrases,
        near=near,
        bodies=bodies,
        absent=absent,
        reader=reader,
        slots=slots,
    )


def _first_guess(raw: Any) -> str:
    unknown = [key for key in raw if key not in _PATTERN_KEYS] if isinstance(raw, dict) else []
    return f"; found {unknown[0]!r}{_guess(unknown[0], _PATTERN_KEYS)}" if unknown else ""


def _near(raw: Any, where: str, path: Path, findings: Findings) -> Near | None:
    if raw is None:
        return None
    whole = isinstance(raw, list) and len(raw) == 3 and isinstance(raw[2], int) and not isinstance(raw[2], bool)
    if not whole or not 0 < raw[2] <= 50:
        findings.error(path, f"{where}: near: expected [[words], [words], distance up to 50]")
        return None
    first, second = (_words(side, f"{where}: near", path, findings) for side in raw[:2])
    for phrase in (*first, *second):
        _check_phrase(phrase, where, path, findings)
    if not first or not second:
        findings.error(path, f"{where}: near: one of the two lists is empty")
        return None
    if len(first) * len(second) > _HEAVY:
        findings.warn(path, f"{where}: near: {len(first)} times {len(second)} combinations are slow; split it")
    return first, second, raw[2]


def _check_phrase(phrase: str, where: str, path: Path, findings: Findings) -> None:
    """Refuses stars that would match nearly anything: that is how a word list explodes."""
    words = phrase_words(phrase)
    if not words:
        findings.error(path, f"{where}: {phrase!r} holds no word")
        return
    if words[0] == "*" or words[-1] == "*" or words.count("*") > 2:
        findings.error(path, f"{where}: {phrase!r}: '*' alone may stand only between two words, twice at most")
    if re.search(r"\*\w", phrase):
        findings.error(path, f"{where}: {phrase!r}: a '*' may only end a word")
    for word in words:
        if word.endswith("*") and 1 < len(word) <= SHORT_STEM:
            findings.error(path, f"{where}: {phrase!r}: a stem needs at least {SHORT_STEM} letters before '*'")


def _text(raw: Any, where: str, path: Path, findings: Findings) -> str:
    if isinstance(raw, str):
        return raw
    findings.error(path, f"{where}: expected text in quotes")
    return ""


def _words(raw: Any, where: str, path: Path, findings: Findings) -> tuple[str, ...]:
    if isinstance(raw, list) and all(isinstance(word, str) for word in raw):
        return tuple(raw)
    findings.error(path, f"{where}: expected a list of strings")
    return ()


def phrase_words(phrase: str) -> list[str]:
    """A phrase's words as they stand in a cut text: lower case, no possessive "'s", with their stars."""
    return _PHRASE_WORD.findall(_POSSESSIVE.sub("", phrase.lower()))
