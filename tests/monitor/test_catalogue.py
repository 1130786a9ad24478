"""The catalogue of sources."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from monitor.catalogue import catalogue
from monitor.config_file import CatalogueFile, parse
from monitor.model import ChannelKind, SourceKind
from monitor.reading.urls import site_domain

CITED = ["cbp", "cnn", "pewresearch", "migrationpolicy", "ahblicklive", "redstate"]
READY = ["ice", "dhs", "justice", "apnews", "foxnews"]


def test_six_are_enabled_five_are_ready_and_one_is_refused() -> None:
    known = catalogue()
    assert list(known) == [*CITED, *READY, "reuters"]
    assert [id for id, source in known.items() if source.enabled] == CITED
    assert [id for id, source in known.items() if source.refused] == ["reuters"]
    assert all(known[id].channels for id in [*CITED, *READY])


def test_its_selectors_are_what_a_configuration_may_hold() -> None:
    text = files("monitor").joinpath("sources.toml").read_text("utf-8")
    checked = parse(text, CatalogueFile, name="sources.toml")
    assert {id: table.over(None, id) for id, table in checked.sources.items()} == catalogue()


def test_channels_stay_on_their_sources_domain() -> None:
    for source in catalogue().values():
        assert source.name and not (source.enabled and source.refused)
        for url in [channel.url for channel in source.channels] + [source.home]:
            assert site_domain(url) == source.domain and url.startswith("https://")


def test_known_traps_are_avoided() -> None:
    known = catalogue()
    urls = {id: [channel.url for channel in source.channels] for id, source in known.items()}
    assert urls["cnn"] == [
        "https://www.cnn.com/sitemap/news.xml"
    ]  # the feeds of rss.cnn.com have been frozen for years
    assert not any(url.endswith(".rss") for url in urls["apnews"])  # its robots.txt disallows them
    pause = known["pewresearch"].delay
    assert pause is not None and pause.total_seconds() >= 4
    rules = known["cbp"].channels[0].listing
    assert rules is not None and "-month" in rules.date and "-day" in rules.date and "datetime" not in rules.date


def test_agencies_are_agencies() -> None:
    known = catalogue()
    assert {id for id, source in known.items() if source.kind is SourceKind.AGENCY} == {"cbp", "ice", "dhs", "justice"}
    assert known["justice"].channels[0].kind is ChannelKind.API


def test_every_source_and_channel_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")
    for source in catalogue().values():
        assert f"`{source.id}`" in text
        for channel in source.channels:
            assert channel.url.removeprefix("https://") in text, channel.url
