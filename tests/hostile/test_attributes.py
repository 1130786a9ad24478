"""A tag of 100,000 attributes is read in no time, however its attributes are spelled, and what follows it survives."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from monitor.model import Verdict
from monitor.reading.articles import read_page
from monitor.reading.text import lighten

_MANY = 100_000
_SPELLINGS = {
    "plain": " ".join(f'a{n}="1"' for n in range(_MANY)),
    "with > in quotes": " ".join(f'a{n}=">"' for n in range(_MANY)),
    "with < before them": " ".join(f"<b{n}=1" for n in range(_MANY)),
    "without values": " ".join(f"a{n}" for n in range(_MANY)),
    "parted by slashes": "/".join(f"a{n}" for n in range(_MANY)),
    "without blanks": "".join(f"a{n}='1'" for n in range(_MANY)),
}
_TEXT = "The agency said on Tuesday that it would move four hundred officers from the border to three cities. " * 4


@pytest.mark.parametrize("spelling", _SPELLINGS)
@pytest.mark.parametrize("tag", ["body", "p"])
def test_a_page_is_read_past_a_tag_of_100_000_attributes(spelling: str, tag: str):
    page = (
        "<html><head><title>Officers leave the border</title></head>"
        f"<body {_SPELLINGS[spelling] if tag == 'body' else ''}><article><h1>Officers leave the border</h1>"
        f"<p {_SPELLINGS[spelling] if tag == 'p' else ''}>{_TEXT}</p><p>{_TEXT}</p></article></body></html>"
    )
    began = time.process_time()
    reading = read_page(page.encode(), "https://example.org/a", "text/html", datetime(2026, 1, 1, tzinfo=UTC), ())
    assert time.process_time() - began < 3
    assert reading.verdict is Verdict.ARTICLE
    assert reading.article is not None
    assert "four hundred officers" in reading.article.text


def test_a_picture_in_an_attribute_and_a_script_with_an_open_quote_are_left_alone():
    picture = f'<img src="data:image/png;base64,{"ab/=" * 20_000}" class="lead">'
    script = "<script>if (a <b) { say('" + "x = 1 " * 20_000 + "</script><p>it's</p>"
    assert lighten(picture) == picture
    assert lighten(script) == script


@pytest.mark.parametrize("markup", ["<a", '<a "', "<a '", "<a \"'"])
def test_tags_that_never_end_take_linear_time(markup: str):
    began = time.process_time()
    lighten(markup * 1_000_000)
    assert time.process_time() - began < 3
