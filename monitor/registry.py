"""Changing which sources are watched: proposing one for an address, OPML in and out, writing the configuration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from monitor.app_sources import Probe, probe
from monitor.config import FILE_NAME, Config, read_text
from monitor.config_edit import add_sources, template, write_text
from monitor.errors import UsageError
from monitor.model import Channel, ChannelKind, Source, SourceKind
from monitor.opml import export_opml, import_opml
from monitor.reading.urls import absolute, canonical, host, site_domain

MAX_OPML_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A source found for an address; ``probes`` is what was asked, ``source`` has the channels that yield."""

    source: Source
    probes: tuple[Probe, ...]


def propose(config: Config, url: str, *, source_id: str | None, name: str | None, kind: str | None) -> Proposal:
    """Find the channels of a site, or take the feed, sitemap or API at ``url``; nothing is stored or written.

    Channels that yield come in order of preference: feeds, then APIs, then sitemaps. Raises UsageError when the
    address is none or a source of that domain is there already.
    """
    address = absolute(url) or absolute(f"https://{url}")
    if not canonical(address):
        raise UsageError(f"{url}: not a web address; give one such as https://example.org/")
    domain = site_domain(address) or host(address)
    _refuse_known(config, domain, source_id)
    draft = Source(
        id=source_id or _id_of(domain, config),
        name=name or domain,
        domain=domain,
        kind=SourceKind(kind) if kind else _kind_of(domain),
        home=address,
    )
    candidates = tuple(
        Channel(source=draft.id, kind=one, url=address) for one in (ChannelKind.FEED, ChannelKind.SITEMAP)
    )
    # The address itself may be a channel; only when it is none is it taken for a home page to look around on.
    direct = probe(config, [replace(draft, channels=candidates[:1])], discover=False)
    if not direct[0].yields and address.endswith((".xml", ".xml.gz", ".txt")):
        direct += probe(config, [replace(draft, channels=candidates[1:])], discover=False)
    found = [one for one in direct if one.yields]
    probes = tuple(direct)
    if not found and not any(one.unreachable for one in direct):
        looked = probe(config, [draft], discover=True)
        probes = tuple(looked)
        found = [one for one in looked if one.yields]
    order = [ChannelKind.FEED, ChannelKind.API, ChannelKind.SITEMAP, ChannelKind.LISTING]
    found.sort(key=lambda one: order.index(one.channel.kind))
    title = next((one.title for one in found if one.title), "")
    home = f"{urlsplit(address).scheme}://{urlsplit(address).netloc}/"
    source = replace(
        draft,
        name=name or title or domain,
        home="" if home == f"https://www.{domain}/" else home,
        channels=tuple(replace(one.channel, source=draft.id, discovered=False) for one in found),
    )
    return Proposal(source=source, probes=probes)


def _refuse_known(config: Config, domain: str, source_id: str | None) -> None:
    for source in config.sources:
        if source.id == source_id or (source_id is None and source.domain == domain):
            if source.refused:
                raise UsageError(f"{domain}: registered as {source.id!r} and never fetched: {source.refused}")
            hint = "" if source.enabled else f"; enable it with [sources.{source.id}] and enabled = true"
            raise UsageError(
                f"{domain}: already known as source {source.id!r}{hint} (--id gives the new one another key)"
            )


def _id_of(domain: str, config: Config) -> str:
    taken = {source.id for source in config.sources}
    base = re.sub(r"[^a-z0-9]+", "-", domain.rsplit(".", 1)[0].lower()).strip("-") or "source"
    return next(id for id in [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))] if id not in taken)


def _kind_of(domain: str) -> SourceKind:
    return SourceKind.AGENCY if domain.endswith((".gov", ".mil")) else SourceKind.OUTLET


def write_sources(path: Path, sources: Sequence[Source]) -> None:
    """Append ``sources`` to the configuration at ``path``, whole or not at all; a missing file starts as the template.

    Raises ConfigError when the result would not read back.
    """
    text = read_text(path, name=str(path)) if path.exists() else template()
    write_text(path, add_sources(text, sources, name=str(path)))


def opml_sources(config: Config, path: Path) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """The sources of an OPML file: those that are new, and those whose feed is configured already."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file to import")
    if path.stat().st_size > MAX_OPML_BYTES:
        raise UsageError(f"{path}: larger than {MAX_OPML_BYTES // 2**20} MB; no list of feeds is that long")
    found = import_opml(path.read_bytes())
    urls = {canonical(channel.url) for source in config.sources for channel in source.channels}
    taken = {source.id for source in config.sources}
    fresh: list[Source] = []
    known: list[Source] = []
    for source in found:
        if all(canonical(channel.url) in urls for channel in source.channels):
            known.append(source)
            continue
        id = source.id
        for n in range(2, len(found) + len(taken) + 3):
            if id not in taken:
                break
            id = f"{source.id}-{n}"
        taken.add(id)
        fresh.append(replace(source, id=id, channels=tuple(replace(channel, source=id) for channel in source.channels)))
    return tuple(fresh), tuple(known)


def export_sources(config: Config) -> str:
    """The enabled sources as OPML."""
    return export_opml(config.enabled())


def default_path(config: Config, given: Path | None) -> Path:
    """The configuration file a change is written to."""
    return config.path or given or Path(FILE_NAME)
