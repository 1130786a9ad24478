"""The language a text is written in: detected when it is long enough, else as the page declares."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_ENOUGH = 120  # letters below which detection guesses
_SAMPLE = 1_200
_TAG = re.compile(r"^\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*\s*$")
_OLD = {"iw": "he", "ji": "yi", "in": "id", "nb": "no", "nn": "no"}
# Digraphs and pointed letters of Yiddish that Hebrew does not use, and words each has many of.
_YIDDISH = re.compile(
    r"[\u05f0-\u05f2\ufb1d-\ufb4e]|\u05d0[\u05b7\u05b8]|\b(?:און|איז|פון|פֿון|דער|די|מיט|נישט|האט|צו|ער|זיך)\b"
)
_HEBREW = re.compile(r"\b(?:של|את|על|הוא|היא|לא|זה|כי|עם|אשר|גם)\b")
_HEBREW_LETTER = re.compile(r"[\u0590-\u05ff\ufb1d-\ufb4f]")
# Function words of English that no other language has in such numbers: an eighth of all words and three
# different ones are English without asking the detector, whose model takes most of a second to load in each process.
_ENGLISH = frozenset(
    "the and of to that with from this which their have has had was were been would will said it they".split()
)
_ENGLISH_SHARE = 0.12
_ENGLISH_KINDS = 3


def find_language(text: str, declared: str, locale: str = "") -> tuple[str, str]:
    """The text's language (ISO 639-1) and the signal that told, or ``("", "")``.

    ``declared`` is the page's ``lang``, ``locale`` its ``og:locale``. Pages inherit a template's ``lang``, so a text
    long enough to tell is believed over what is declared.
    """
    said = _code(declared) or _code(locale)
    letters = sum(map(str.isalpha, text[:_SAMPLE]))
    if letters < _ENOUGH:
        return said, "declared" if said else ""
    sample = text[:_SAMPLE]
    if len(_HEBREW_LETTER.findall(sample)) > letters // 2:
        yiddish, hebrew = len(_YIDDISH.findall(sample)), len(_HEBREW.findall(sample))
        return ("yi", "script") if yiddish > hebrew else ("he", "script")
    if _is_plainly_english(sample):
        return "en", "detected+declared" if said == "en" else "detected"
    found = str(_identifier().classify(sample)[0])
    found = _OLD.get(found, found)
    return found, "detected+declared" if found == said else "detected"


def _is_plainly_english(text: str) -> bool:
    words = text.lower().split()
    middle = len(words) // 2
    halves = ([word for word in half if word in _ENGLISH] for half in (words[:middle], words[middle:]))
    # Both halves, so that a long quotation does not speak for the text around it.
    return all(len(met) >= _ENGLISH_SHARE * middle and len(set(met)) >= _ENGLISH_KINDS for met in halves)


def _code(tag: str) -> str:
    match = _TAG.match(tag)
    if not match:
        return ""
    code = match[1].lower()
    return _OLD.get(code, code)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """The detector with its model, loaded once per process and only when a text needs it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)
