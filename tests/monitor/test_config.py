"""shiftwatch.toml: what it means, and what is said when it is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import Config, Network, load, loads, secret
from monitor.errors import ConfigError
from monitor.model import Articles, ChannelKind, ListingRules, SourceKind

CITED = {"cbp", "cnn", "pewresearch", "migrationpolicy", "ahblicklive", "redstate"}


def read(text: str, **env: str) -> Config:
    return loads(text, name="shiftwatch.toml", folder=Path("/srv/watch"), env=env)


def complaints(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


def test_without_a_file_the_six_cited_sources_are_watched(tmp_path: Path) -> None:
    config = load(None, cwd=tmp_path, env={})
    assert {source.id for source in config.enabled()} == CITED
    assert config.archive == tmp_path / "shiftwatch.db"
    assert config.captures == tmp_path / "captures"
    assert config.network == Network()
    assert config.path is None


def test_the_file_in_the_working_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "shiftwatch.toml").write_text('[network]\ncontact = "desk@example.org"\n')
    config = load(None, cwd=tmp_path, env={})
    assert config.network.contact == "desk@example.org"
    assert config.path == tmp_path / "shiftwatch.toml"


def test_the_environment_may_name_the_file_and_a_named_file_wins(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(f'[archive]\npath = "{name}.db"\n')
    env = {"SHIFTWATCH_CONFIG": str(tmp_path / "a.toml")}
    assert load(None, cwd=tmp_path, env=env).archive.name == "a.db"
    assert load(Path("b.toml"), cwd=tmp_path, env=env).archive.name == "b.db"


def test_paths_start_at_the_files_folder_and_tilde_is_home(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "x.toml").write_text('[archive]\npath = "../data/a.db"\ncaptures = "~/warc"\n')
    config = load(Path("etc/x.toml"), cwd=tmp_path, env={"HOME": "/home/kim"})
    assert config.archive == folder / "../data/a.db"
    assert config.captures == Path("/home/kim/warc")


def test_captures_can_be_turned_off() -> None:
    assert read('[archive]\ncaptures = ""').captures is None


def test_the_designs_own_example_is_read() -> None:
    config = read(
        """
        [archive]
        path = "shiftwatch.db"
        captures = "captures"            # WARC folder; "" keeps none

        [network]
        contact = "you@example.com"
        delay = "2s"                     # per host
        proxy = ""
        allow_private = []

        [sources.cbp]
        name = "U.S. Customs and Border Protection"
        domain = "cbp.gov"
        kind = "agency"
        articles = "auto"
        channels = [
          { kind = "feed", url = "https://example.com/feed", every = "30m", auth = "env:EXAMPLE_AUTH" },
          # any listing page without code: CSS in Scrapy's dialect
          { kind = "listing", url = "https://example.com/news", item = "article.item", link = "h2 a::attr(href)",
            title = "h2 a", date = "time::attr(datetime)", summary = "p.summary", next = "a.next::attr(href)",
            pages = 3 },
        ]

        [mail]
        smtp = "smtp://user@host:587"
        from = "Shiftwatch <alerts@example.org>"

        [digests.daily]
        to = ["desk@example.org"]
        schedule = "0 7 * * *"
        timezone = "America/New_York"
        query = "tag:resource-shift"
        """
    )
    cbp = next(source for source in config.sources if source.id == "cbp")
    assert cbp.articles is Articles.AUTO
    feed, listing = cbp.channels
    assert (feed.kind, feed.auth, feed.every) == (ChannelKind.FEED, "env:EXAMPLE_AUTH", timedelta(minutes=30))
    assert listing.listing == ListingRules(
        item="article.item",
        link="h2 a::attr(href)",
        title="h2 a",
        date="time::attr(datetime)",
        summary="p.summary",
        next="a.next::attr(href)",
        pages=3,
    )
    assert config.mail is not None and config.mail.sender == "Shiftwatch <alerts@example.org>"
    assert config.digests[0].to == ("desk@example.org",)


def test_an_empty_table_enables_a_ready_source_and_keeps_its_catalogue_channels() -> None:
    ice = next(source for source in read("[sources.ice]").sources if source.id == "ice")
    assert ice.enabled and ice.channels[0].url.startswith("https://www.ice.gov/")


def test_a_table_overrides_only_the_keys_it_names() -> None:
    before = next(source for source in read("").sources if source.id == "pewresearch")
    after = next(s for s in read('[sources.pewresearch]\ndelay = "9s"').sources if s.id == "pewresearch")
    assert after.delay == timedelta(seconds=9)
    assert (after.name, after.channels, after.home) == (before.name, before.channels, before.home)


def test_a_source_can_be_disabled() -> None:
    assert "cnn" not in {source.id for source in read("[sources.cnn]\nenabled = false").enabled()}


def test_a_new_source_needs_a_domain_alone() -> None:
    new = read('[sources.gazette]\ndomain = "example.com"').sources[-1]
    assert (new.id, new.name, new.kind, new.enabled) == ("gazette", "example.com", SourceKind.OUTLET, True)
    assert new.home == "https://example.com/"


@pytest.mark.parametrize("domain", ["localhost", "127.0.0.1", "news.example.co.uk", "xn--bcher-kva.example"])
def test_a_source_may_be_inside_the_own_network(domain: str) -> None:
    assert read(f'[sources.x]\ndomain = "{domain}"').sources[-1].domain == domain


@pytest.mark.parametrize(
    "entry", ["127.0.0.1:8080", "127.0.0.1", "10.0.0.0/8", "::1", "[::1]:80", "wiki.lan", "wiki:80"]
)
def test_exceptions_for_private_addresses_are_read_by_the_guard(entry: str) -> None:
    from spiders.guard import Guard

    Guard(read(f'[network]\nallow_private = ["{entry}"]').network.allow_private)


def test_an_api_channel_is_configured_by_dotted_paths() -> None:
    source = read(
        '[sources.x]\ndomain = "example.com"\nchannels = [{ kind = "api", url = "https://example.com/j", '
        'items = "data.items", link = "href", title = "title.rendered", also = true }]'
    ).sources[-1]
    (channel,) = source.channels
    assert channel.also and channel.api is not None and channel.listing is None
    assert (channel.api.items, channel.api.link, channel.api.title) == ("data.items", "href", "title.rendered")


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        (
            "[archive]\npth = 'x'",
            2,
            "archive.pth",
            'unknown key, expected one of path, captures (did you mean "path"?)',
        ),
        ("[archve]", 1, "archve", 'did you mean "archive"?'),
        ("\n[network]\n\ndelay = 'fast'", 4, "network.delay", 'found "fast", expected a duration such as "2s"'),
        ("[network]\ndelay = '1h'", 2, "network.delay", 'from "0s" to "10m"'),
        ("[network]\nper_host = 9", 2, "network.per_host", "found 9, expected a number of at most 2"),
        ("[network]\narticles_per_poll = true", 2, "network.articles_per_poll", "found true, expected a whole number"),
        ("[network]\ncontact = 'me and you'", 2, "network.contact", "e-mail address or a web address"),
        (
            "[network]\nallow_private = [\n'10.0.0.1/8']",
            3,
            "network.allow_private[1]",
            'a network such as "10.0.0.0/8"',
        ),
        ("network = 3", 1, "network", "found 3, expected a table"),
        ("[sources.cpb]", 1, "sources.cpb", 'did you mean "cbp"?'),
        ("[sources.cnn]\nenabled = 'yes'", 2, "sources.cnn.enabled", 'found "yes", expected true or false'),
        ("[sources.x]\ndomain = 'https://x.org/'", 2, "sources.x.domain", "bare domain"),
        ("[sources.x]\ndomain='x.org'\nkind='agencie'", 3, "sources.x.kind", 'did you mean "agency"?'),
        ("[sources.X]\ndomain='x.org'", 1, "sources.X", "short name of lower-case letters"),
    ],
)
def test_a_complaint_names_line_key_found_and_expected(text: str, line: int, key: str, words: str) -> None:
    (complaint,) = complaints(text)
    assert complaint.startswith(f"shiftwatch.toml:{line}: {key}: ")
    assert words in complaint


@pytest.mark.parametrize(
    ("channel", "key", "words"),
    [
        ('{ url = "https://x.org/" }', "", "kind is missing, expected one of feed, sitemap, listing, api"),
        ('{ kind = "feeds", url = "https://x.org/" }', "", 'did you mean "feed"?'),
        ('{ kind = "feed" }', ".url", "missing"),
        ('{ kind = "feed", url = "ftp://x.org/" }', ".url", "an http or https address"),
        ('{ kind = "feed", url = "https://x.org/", item = "a" }', ".item", "unknown key, expected one of url, every"),
        ('{ kind = "feed", url = "https://x.org/", every = "5ms" }', ".every", 'from "1s" to "30d"'),
        ('{ kind = "listing", url = "https://x.org/", item = "a[", link = "a" }', ".item", "a CSS selector"),
        ('{ kind = "listing", url = "https://x.org/", item = "", link = "a" }', ".item", "text that is not empty"),
        ('{ kind = "listing", url = "https://x.org/", itm = "a", link = "b" }', ".itm", 'did you mean "item"?'),
        ('{ kind = "api", url = "https://x.org/", items = "a..b" }', ".items", "a dotted path"),
    ],
)
def test_a_wrong_channel_is_told_by_its_place_in_the_list(channel: str, key: str, words: str) -> None:
    first = '{ kind = "feed", url = "https://x.org/ok" }'
    found = complaints(f'[sources.x]\ndomain = "x.org"\nchannels = [\n  {first},\n  {channel},\n]')
    assert any(one.startswith(f"shiftwatch.toml:5: sources.x.channels[2]{key}: ") and words in one for one in found)


def test_every_complaint_is_told_at_once_in_the_files_order() -> None:
    found = complaints('[sources.cpb]\n[network]\ndelay = "x"\ncontact = 5\n[sources.reuters]\n[digests.d]\nto = []\n')
    assert [int(one.split(":")[1]) for one in found] == [1, 3, 4, 5, 7]


@pytest.mark.parametrize("text", ["[sources.reuters]", '[sources.mine]\ndomain = "uk.reuters.com"'])
def test_a_source_refused_in_the_register_cannot_be_enabled(text: str) -> None:
    (complaint,) = complaints(text)
    assert "reuters.com cannot be enabled: its robots.txt refuses every agent" in complaint


def test_a_refused_source_may_be_mentioned_as_disabled() -> None:
    assert "reuters" not in {source.id for source in read("[sources.reuters]\nenabled = false").enabled()}


def test_an_address_given_twice_is_told() -> None:
    channel = '{ kind = "feed", url = "https://x.org/f" }'
    (complaint,) = complaints(f'[sources.x]\ndomain = "x.org"\nchannels = [{channel},\n{channel}]')
    assert complaint == "shiftwatch.toml:4: sources.x.channels[2].url: this address was given before"


@pytest.mark.parametrize(
    "text",
    [
        '[network]\nproxy = "http://kim:hunter2@proxy:8080"',
        '[mail]\nsmtp = "smtp://kim:hunter2@mail"\nfrom = "a@b.org"',
        '[sources.x]\ndomain = "x.org"\nchannels = [{ kind = "feed", url = "https://kim:hunter2@x.org/" }]',
        '[sources.x]\ndomain = "x.org"\nchannels = [{ kind = "feed", url = "https://x.org/", auth = "kim:hunter2" }]',
        '[sources.x]\ndomain = "x.org"\nhome = "https://kim:hunter2@x.org/"',
    ],
)
def test_a_password_in_the_file_is_refused_and_never_shown(text: str) -> None:
    found = complaints(text)
    assert not any("hunter2" in one for one in found)
    assert any("env:NAME" in one or "SHIFTWATCH_SMTP_PASSWORD" in one for one in found)


def test_control_characters_never_reach_the_terminal() -> None:
    found = complaints('[network]\ndelay = "\\u001b[2J"\n["x\\u001b[2J"]\n')
    assert all(one.isprintable() for one in found)


def test_credentials_are_looked_up_late_and_their_absence_names_the_variable() -> None:
    assert secret("env:FEED_AUTH", {"FEED_AUTH": "kim:pw"}) == "kim:pw"
    assert secret("http://proxy:8080", {}) == "http://proxy:8080"
    with pytest.raises(ConfigError, match="FEED_AUTH is not set"):
        secret("env:FEED_AUTH", {})


@pytest.mark.parametrize("schedule", ["0 7 * * *", "*/15 0-6,20-23 1 jan,jul mon-fri", "0 0 * * 7"])
def test_cron_lines_are_accepted(schedule: str) -> None:
    assert read(f'[digests.d]\nto = ["a@b.org"]\nschedule = "{schedule}"').digests[0].schedule == schedule


@pytest.mark.parametrize("schedule", ["", "7", "0 25 * * *", "0 7 * * * *", "0 9-7 * * *", "*/0 * * * *", "a b c d e"])
def test_what_is_no_cron_line_is_refused(schedule: str) -> None:
    (complaint,) = complaints(f'[digests.d]\nto = ["a@b.org"]\nschedule = "{schedule}"')
    assert "five cron fields" in complaint


def test_toml_that_cannot_be_parsed_is_told_by_file_and_line() -> None:
    (complaint,) = complaints("[network]\ndelay = \n")
    assert re.match(r"shiftwatch\.toml:2: not valid TOML: ", complaint)


def test_absurd_nesting_is_a_complaint_too() -> None:
    (complaint,) = complaints("x = " + "[" * 100_000)
    assert "not valid TOML" in complaint


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir(), lambda p: p.write_bytes(b"\xff\xfe\x00")])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, make: object) -> None:
    make(tmp_path / "x.toml")  # type: ignore[operator]
    with pytest.raises(ConfigError, match=r"^x\.toml: [^\n]+$"):
        load(Path("x.toml"), cwd=tmp_path, env={})


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xef\xbb\xbf[archive]\npath = 'y.db'\n")
    assert load(Path("x.toml"), cwd=tmp_path, env={}).archive.name == "y.db"


def test_every_key_is_documented() -> None:
    from monitor import config_file as shape

    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
    tables = {
        "[archive]": shape.ArchiveTable,
        "[coding]": shape.CodingTable,
        "[network]": shape.NetworkTable,
        "[sources.ID]": shape.SourceTable,
        "every kind": shape.AnyChannelTable,
        "listing": shape.ListingTable,
        "api": shape.ApiTable,
        "[mail]": shape.MailTable,
        "[digests.NAME]": shape.DigestTable,
    }
    sections = dict(re.findall(r"^#+ .*?`([^`]+)`.*?\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL))
    for name, table in tables.items():
        inherited = set(shape.AnyChannelTable.model_fields) if name in ("listing", "api") else set()
        for field, info in table.model_fields.items():
            key = info.alias or field
            if key not in inherited:
                assert f"| `{key}` |" in sections[name], f"{name} does not document {key}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('to = ["nobody"]', "e-mail address"),
        ('to = ["dé@example.org"]', "plain ASCII"),
        ('to = ["apprise:slack://token@x"]', "apprise:env:NAME"),
        ('to = ["a@b.org"]\nschedule = "0 0 30 2 *"', "name a day there is"),
        ('to = ["a@b.org"]\nschedule = "soon"', 'or "now"'),
        ('to = ["a@b.org"]\nquery = "(tag"', "a query: this parenthesis is never closed"),
        ('to = ["a@b.org"]\nquiet = "22-7"', 'such as "22:00-07:00"'),
        ('to = ["a@b.org"]\nwhen = "sometimes"', "expected one of anything, always, shifts"),
        ('to = ["a@b.org"]\nmaximum = 0', "at least 1"),
        ('to = ["a@b.org"]\nunsubscribe = "me"', "mailto:"),
        ('to = ["a@b.org"]\ngrop = "code"', 'did you mean "group"?'),
    ],
)
def test_a_wrong_digest_is_told_by_line_and_key(line: str, expected: str) -> None:
    (complaint,) = complaints(f"[digests.d]\n{line}")
    assert re.match(r"shiftwatch\.toml:[23]: digests\.d\.", complaint)
    assert expected in complaint
    assert "token" not in complaint


def test_a_mail_password_comes_from_the_environment_or_its_file(tmp_path: Path) -> None:
    from monitor.config import smtp_password

    mail = read('[mail]\nsmtp = "smtp://kim@mail.example.org"\nfrom = "a@b.org"').mail
    assert mail is not None
    assert smtp_password(mail, {"SHIFTWATCH_SMTP_PASSWORD": "horse"}) == "horse"
    with pytest.raises(ConfigError, match="SHIFTWATCH_SMTP_PASSWORD"):
        smtp_password(mail, {})
    (tmp_path / "word").write_text("battery\n")
    filed = replace(mail, password_file=tmp_path / "word")
    assert smtp_password(filed, {}) == "battery"
    with pytest.raises(ConfigError, match="cannot be read"):
        smtp_password(replace(mail, password_file=tmp_path / "none"), {})
