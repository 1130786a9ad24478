"""What a codebook file says: codes and their patterns, read from TOML with every complaint at its line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any, Final

from monitor.coding.lexicon import duties
from monitor.model import StoryKind

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*(?:/[a-z0-9-]+)?")
_CODE_KEYS: Final = frozenset(
    {"id", "label", "definition", "include", "exclude", "examples", "pattern", "parent", "kinds", "languages"}
)
_PATTERN_KEYS: Final = frozenset(
    {"phrases", "near", "bodies", "not", "reader", "resource", "direction", "actor", "status"}
)
_SLOTS: Final = ("resource", "direction", "actor", "status")
_HEAVY: Final = 400  # alternatives of one side of "near" times the other's
SHORT_STEM: Final = 3  # letters a stem has at least before its star


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One way a code fires. ``rule`` is the code and the pattern's number; a tag adds the phrase that fired."""

    rule: str
    phrases: tuple[str, ...] = ()
    near: tuple[tuple[str, ...], tuple[str, ...], int] | None = None
    bodies: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    reader: str = ""
    slots: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of the codebook as its user wrote it."""

    id: str
    label: str
    definition: str
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    parent: str = ""
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What ``codebook check`` says of one place: ``line`` counts from 1, 0 when it is the whole file."""

    line: int
    message: str
    error: bool = True


_Use = tuple[int, int, int, str]


def read_codes(text: str) -> tuple[list[Code], list[Finding], dict[str, Any]]:
    try:
        loaded = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        found = re.search(r"line (\d+)", str(trouble))
        return [], [Finding(line=int(found.group(1)) if found else 0, message=f"not TOML: {trouble}")], {}
    lines = _code_lines(text)
    codes: list[Code] = []
    findings: list[Finding] = []
    listed = loaded.get("code")
    if not isinstance(listed, list) or not listed:
        findings.append(Finding(line=0, message="no [[code]] in the file"))
        listed = []
    for at, raw in enumerate(listed):
        line = lines[at] if at < len(lines) else 0
        code = _code(raw, line, findings)
        if code is not None:
            if any(code.id == other.id for other in codes):
                findings.append(Finding(line=line, message=f"code {code.id!r} is defined twice"))
            codes.append(code)
    known = {code.id for code in codes}
    findings.extend(
        Finding(line=code.line, message=f"code {code.id!r} names a parent {code.parent!r} that does not exist")
        for code in codes
        if code.parent and code.parent not in known
    )
    head = loaded.get("codebook")
    return codes, findings, head if isinstance(head, dict) else {}


def _code_lines(text: str) -> list[int]:
    """The line each [[code]] starts at; TOML readers keep none."""
    return [number for number, line in enumerate(text.splitlines(), start=1) if line.strip().startswith("[[code]]")]


def _code(raw: Any, line: int, findings: list[Finding]) -> Code | None:
    if not isinstance(raw, dict):
        findings.append(Finding(line=line, message="[[code]] is not a table"))
        return None
    name = raw.get("id")
    if not isinstance(name, str) or _ID.fullmatch(name) is None:
        findings.append(
            Finding(line=line, message=f"id {name!r}: expected lower-case words joined by '-', with at most one '/'")
        )
        return None
    findings.extend(
        Finding(
            line=line, message=f"code {name!r}: unknown key {key!r}; expected one of {', '.join(sorted(_CODE_KEYS))}"
        )
        for key in sorted(set(raw) - _CODE_KEYS)
    )
    for key in ("label", "definition"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            findings.append(Finding(line=line, message=f"code {name!r}: {key} is missing"))
    patterns = raw.get("pattern", [])
    if not isinstance(patterns, list) or not patterns:
        findings.append(Finding(line=line, message=f"code {name!r}: no pattern, so it can never fire"))
        patterns = []
    kinds = _words(raw.get("kinds", []), f"code {name!r}: kinds", line, findings)
    findings.extend(
        Finding(
            line=line, message=f"code {name!r}: kind {kind!r} is none of {', '.join(one.value for one in StoryKind)}"
        )
        for kind in kinds
        if kind not in {one.value for one in StoryKind}
    )
    return Code(
        id=name,
        label=str(raw.get("label", "")),
        definition=str(raw.get("definition", "")),
        include=str(raw.get("include", "")),
        exclude=str(raw.get("exclude", "")),
        examples=_words(raw.get("examples", []), f"code {name!r}: examples", line, findings),
        parent=str(raw.get("parent", "")),
        kinds=kinds,
        languages=_words(raw.get("languages", []), f"code {name!r}: languages", line, findings),
        patterns=tuple(
            filter(None, (_pattern(one, name, number, line, findings) for number, one in enumerate(patterns, start=1)))
        ),
        line=line,
    )


def _pattern(raw: Any, code: str, number: int, line: int, findings: list[Finding]) -> Pattern | None:
    where = f"code {code!r}, pattern {number}"
    if not isinstance(raw, dict) or set(raw) - _PATTERN_KEYS or not set(raw) - {"not"}:
        findings.append(Finding(line=line, message=f"{where}: expected a table of {', '.join(sorted(_PATTERN_KEYS))}"))
        return None
    if "regex" in raw:
        findings.append(Finding(line=line, message=f"{where}: regular expressions are not taken; use phrases and near"))
        return None
    phrases = _words(raw.get("phrases", []), f"{where}: phrases", line, findings)
    absent = _words(raw.get("not", []), f"{where}: not", line, findings)
    bodies = _words(raw.get("bodies", []), f"{where}: bodies", line, findings)
    findings.extend(
        Finding(line=line, message=f"{where}: no body has the code {body!r}") for body in bodies if body not in duties()
    )
    for phrase in (*phrases, *absent):
        _check_phrase(phrase, where, line, findings)
    near = _near(raw.get("near"), where, line, findings)
    reader = raw.get("reader", "")
    if reader not in ("", "shifts"):
        findings.append(Finding(line=line, message=f"{where}: reader {reader!r}: the only reader is 'shifts'"))
    slots = tuple((slot, _words(raw[slot], f"{where}: {slot}", line, findings)) for slot in _SLOTS if slot in raw)
    if slots and not reader:
        findings.append(Finding(line=line, message=f"{where}: {slots[0][0]} needs reader = 'shifts'"))
    return Pattern(
        rule=f"{code}#{number}",
        phrases=phrases,
        near=near,
        bodies=bodies,
        absent=absent,
        reader=str(reader),
        slots=slots,
    )


def _near(
    raw: Any, where: str, line: int, findings: list[Finding]
) -> tuple[tuple[str, ...], tuple[str, ...], int] | None:
    if raw is None:
        return None
    if not (isinstance(raw, list) and len(raw) == 3 and isinstance(raw[2], int) and 0 < raw[2] <= 50):
        findings.append(Finding(line=line, message=f"{where}: near: expected [[words], [words], distance up to 50]"))
        return None
    first, second = (_words(side, f"{where}: near", line, findings) for side in raw[:2])
    for phrase in (*first, *second):
        _check_phrase(phrase, where, line, findings)
    if not first or not second:
        findings.append(Finding(line=line, message=f"{where}: near: one of the two lists is empty"))
        return None
    if len(first) * len(second) > _HEAVY:
        findings.append(
            Finding(
                line=line,
                message=f"{where}: near: {len(first)} times {len(second)} combinations are slow; split it",
                error=False,
            )
        )
    return first, second, raw[2]


def _check_phrase(phrase: str, where: str, line: int, findings: list[Finding]) -> None:
    """Refuses stars that would match nearly anything: that is how a word list explodes."""
    words = phrase_words(phrase)
    if not words:
        findings.append(Finding(line=line, message=f"{where}: {phrase!r} holds no word"))
        return
    if words[0] == "*" or words[-1] == "*" or words.count("*") > 2:
        findings.append(
            Finding(
                line=line, message=f"{where}: {phrase!r}: '*' alone may stand only between two words, twice at most"
            )
        )
    for word in words:
        if word.endswith("*") and 1 < len(word) <= SHORT_STEM:
            findings.append(
                Finding(
                    line=line, message=f"{where}: {phrase!r}: a stem needs at least {SHORT_STEM} letters before '*'"
                )
            )


def _words(raw: Any, where: str, line: int, findings: list[Finding]) -> tuple[str, ...]:
    if isinstance(raw, list) and all(isinstance(word, str) for word in raw):
        return tuple(raw)
    findings.append(Finding(line=line, message=f"{where}: expected a list of strings"))
    return ()


def phrase_words(phrase: str) -> list[str]:
    """A phrase's words in lower case, with their stars."""
    return [match.group() for match in re.finditer(r"\d+\(g\)|[^\W_]+(?:[-'’.&][^\W_]+)*\*?|\*", phrase.lower())]
