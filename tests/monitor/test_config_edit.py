"""Writing shiftwatch.toml."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalogue import catalogue
from monitor.config import Config, loads
from monitor.config_edit import add_source, spelled, template, write_text
from monitor.config_values import duration
from monitor.errors import ConfigError
from monitor.model import Channel, ChannelKind, ListingRules, Source, SourceKind


def read(text: str) -> Config:
    return loads(text, name="x.toml", folder=Path("/w"), env={})


GAZETTE = Source(
    id="gazette",
    name='The "Gazette" \\ of Exämple',
    domain="example.com",
    kind=SourceKind.OUTLET,
    home="https://example.com/",
    delay=timedelta(milliseconds=1500),
    channels=(
        Channel(source="gazette", kind=ChannelKind.FEED, url="https://example.com/feed", discovered=True),
        Channel(
            source="gazette",
            kind=ChannelKind.LISTING,
            url="https://example.com/news?a=1&b=2",
            also=True,
            listing=ListingRules(item="li", link='a[title="x"]::attr(href)', pages=4),
        ),
    ),
)


def test_the_template_changes_nothing_but_the_contact() -> None:
    assert read(template()) == read("")
    config = read(template("desk@example.org"))
    assert config == replace(read(""), network=replace(read("").network, contact="desk@example.org"))


def test_everything_the_template_suggests_in_comments_is_right() -> None:
    suggested = re.sub(r"(?m)^# (?=\[|\w+ = |\]|  \{)", "", template())
    config = read(suggested)
    assert {"ice", "example"} <= {source.id for source in config.enabled()}
    assert "cnn" not in {source.id for source in config.enabled()}


def test_an_added_source_reads_back_the_same() -> None:
    added = next(source for source in read(add_source("", GAZETTE)).sources if source.id == "gazette")
    assert added == replace(GAZETTE, channels=tuple(replace(c, discovered=False) for c in GAZETTE.channels))


def test_every_source_of_the_catalogue_survives_writing() -> None:
    for source in catalogue().values():
        if not source.refused:
            new = replace(
                source, id=f"x{source.id}", channels=tuple(replace(c, source=f"x{source.id}") for c in source.channels)
            )
            assert new in read(add_source("", new)).sources


@pytest.mark.parametrize("text", ["", "# mine\n", "[network] # mine\ncontact = 'a@b.org'", "[sources.cnn]\n\n\n# end"])
def test_what_was_there_stays_byte_for_byte(text: str) -> None:
    assert add_source(text, GAZETTE).startswith(text)


def test_a_source_that_is_there_already_is_not_added_again() -> None:
    text = add_source("", GAZETTE)
    with pytest.raises(ConfigError, match="gazette"):
        add_source(text, GAZETTE)


def test_nothing_is_added_to_a_file_that_is_wrong_or_cannot_take_it() -> None:
    for text in ("[network]\ndelay = 1", "sources = { cnn = { enabled = false } }"):
        with pytest.raises(ConfigError):
            add_source(text, GAZETTE)


def test_a_refused_domain_cannot_be_added() -> None:
    with pytest.raises(ConfigError, match="refuses every agent"):
        add_source("", replace(GAZETTE, domain="reuters.com"))


@given(st.integers(min_value=0, max_value=10_000_000))
def test_a_spelled_duration_reads_back(milliseconds: int) -> None:
    span = timedelta(milliseconds=milliseconds)
    if milliseconds <= 999_999 or milliseconds % 1000 == 0:
        assert duration(spelled(span)) == span


def test_a_new_file_is_private_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    write_text(file, "a")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    write_text(file, "b")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("b", 0o644)


def test_a_symbolic_link_keeps_leading_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("a")
    (tmp_path / "link").symlink_to("real")
    write_text(tmp_path / "link", "b")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "b"


def test_a_failed_write_leaves_the_old_text_and_no_litter(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("a")
    with pytest.raises(UnicodeEncodeError):
        write_text(file, "\ud800")
    assert file.read_text() == "a" and list(tmp_path.iterdir()) == [file]
