"""The line of every key."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import tomli
from hypothesis import given
from hypothesis import strategies as st

from monitor.toml_lines import Path, lines_of


def paths(data: Any) -> set[Path]:
    """Every key and array element of a parsed document."""
    found: set[Path] = set()
    rest: list[tuple[Path, Any]] = [((), data)]
    while rest:
        path, value = rest.pop()
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in pairs:
            found.add((*path, key))
            rest.append(((*path, key), inner))
    return found


def test_each_key_has_its_line() -> None:
    text = (
        "a = 1 # b = 2\n[x.y]\nc.'d e' = \"[ # no = {\"\nf = [ 1,\n 2.5, { g = 1,\n h = [3] },\n]\n"
        '[[t]]\nk = """\nmulti = 1\n"""\n[[t]]\nk = 2\n[t.sub]\nz = 1979-05-27T07:32:00Z\n'
    )
    lines = lines_of(text)
    expected = {
        ("a",): 1, ("x", "y"): 2, ("x", "y", "c", "d e"): 3, ("x", "y", "f", 0): 4, ("x", "y", "f", 2, "g"): 5,
        ("x", "y", "f", 2, "h", 0): 6, ("t", 0): 8, ("t", 0, "k"): 9, ("t", 1): 12, ("t", 1, "sub", "z"): 15,
    }  # fmt: skip
    assert {path: lines[path] for path in expected} == expected


def test_the_catalogue_and_the_demonstration_are_understood_key_by_key() -> None:
    for package, name in (("monitor", "sources.toml"), ("monitor.demo", "week.toml"), ("monitor", "template.toml")):
        text = files(package).joinpath(name).read_text("utf-8")
        assert set(lines_of(text)) == paths(tomli.loads(text))


KEYS = st.sampled_from(["a", "b-c", "d_1"])
SCALARS = st.sampled_from(["1", "-2.5", "true", '"s"', "'l'", '"""m\nn"""', '"\\"]}"', "1979-05-27"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ",\n ".join(items) + "]")
        | st.dictionaries(KEYS, inner, max_size=3).map(
            lambda items: "{ " + ", ".join(f"{key} = {value}" for key, value in items.items()) + " }"
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=3), st.dictionaries(st.sampled_from(["t", "u"]), VALUES, max_size=2))
def test_the_keys_found_are_the_keys_there_are(top: dict[str, str], under: dict[str, str]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in top.items()) + "[tab.le]\n"
    text += "".join(f"{key} = {value} # c\n" for key, value in under.items())
    assert set(lines_of(text)) == paths(tomli.loads(text))
