"""The synthetic web: what each of the six made-up sites answers at each address, traps of the real ones included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor.catalogue import catalogue
from monitor.demo.week import LINK, DemoStory, revisions, stories
from monitor.model import Source

HTML, XML, RSS, TEXT = (
    "text/html; charset=utf-8",
    "application/xml; charset=utf-8",
    "application/rss+xml; charset=UTF-8",
    "text/plain; charset=utf-8",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A page that announces stories: its template, how many fit on it, and which topic it is limited to."""

    template: str
    content_type: str
    per_page: int = 50
    topic: str = ""


SHELVES: Mapping[str, Mapping[str, Shelf]] = {
    "cbp": {
        "/newsroom/media-releases/all": Shelf(template="cbp-listing.html", content_type=HTML, per_page=10),
        "/newsroom": Shelf(template="home.html", content_type=HTML),
    },
    "cnn": {
        "/sitemap/news.xml": Shelf(template="cnn-news.xml", content_type=XML),
        "/": Shelf(template="home.html", content_type=HTML),
    },
    "pewresearch": {
        "/feed/": Shelf(template="pewresearch-feed.xml", content_type=RSS),
        "/topic/immigration-migration/feed/": Shelf(
            template="pewresearch-feed.xml", content_type=RSS, topic="Immigration & Migration"
        ),
        "/": Shelf(template="home.html", content_type=HTML),
    },
    "migrationpolicy": {
        # The trap of the real site's /rss/fullsite: an HTML page where a feed is expected.
        "/rss.xml": Shelf(template="migrationpolicy-notfeed.html", content_type=HTML),
        "/programs/migration-information-source": Shelf(
            template="migrationpolicy-listing.html", content_type=HTML, per_page=3
        ),
        "/": Shelf(template="home.html", content_type=HTML),
    },
    "redstate": {
        "/feed": Shelf(template="redstate-feed.xml", content_type=RSS),
        "/": Shelf(template="home.html", content_type=HTML),
    },
    "ahblicklive": {
        # Nothing answers at the addresses the catalogue tries; the home page names the feed.
        "/blick-rss.php?lang=yi": Shelf(template="ahblicklive-feed.xml", content_type=XML),
        "/": Shelf(template="ahblicklive-home.html", content_type=HTML),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer: ``etag`` and ``modified`` are its validators."""

    body: bytes
    content_type: str
    modified: datetime
    status: int = 200

    @property
    def etag(self) -> str:
        """A strong validator: the same bytes, the same tag."""
        return f'"{blake2b(self.body, digest_size=8).hexdigest()}"'


class DemoWeb:
    """The six sites as they stand; ``edit`` and ``revise`` change a story as an editor would.

    ``origins`` maps a site to its ``http://host:port`` and is filled in by whoever serves it.
    """

    def __init__(self, now: datetime, *, padding: int = 150_000) -> None:
        """``now`` is aware; all stories lie in the days before. ``padding`` is the script CNN's pages carry, bytes."""
        self.now = now
        self.stories = {story.id: story for story in stories(now)}
        self.origins: dict[str, str] = {site: f"http://{site}.invalid" for site in SHELVES}
        self._padding = "0123456789abcdef" * (padding // 16)
        self._pages = Environment(
            loader=PackageLoader("monitor.demo", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._pages.filters |= {"linked": self._linked, "iso": _iso, "rfc822": format_datetime}

    def page(self, site: str, address: str) -> Page:
        """What ``site`` answers at ``address`` (path with query): a page, or the site's 404."""
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        if path == "/robots.txt":
            return self._render(site, f"{site}-robots.txt", TEXT, self._oldest())
        shelves = SHELVES[site]
        if shelf := shelves.get(address) or shelves.get(path):
            return self._shelf(site, path, shelf, query)
        for story in self.told(site):
            if story.path in (address, path):
                return self._render(site, f"{site}-article.html", HTML, story.changed, story=story)
        return replace(self._render(site, "missing.html", HTML, self._oldest()), status=404)

    def told(self, site: str) -> list[DemoStory]:
        """A site's stories, newest first."""
        return sorted((s for s in self.stories.values() if s.site == site), key=lambda s: s.at, reverse=True)

    def announced(self) -> list[DemoStory]:
        """The stories a client that keeps to the catalogue's preferred channels comes to know, newest first."""
        topics = {site: {shelf.topic for shelf in shelves.values()} - {""} for site, shelves in SHELVES.items()}
        told = [story for story in self.stories.values() if not topics[story.site] or story.topic in topics[story.site]]
        return sorted(told, key=lambda story: story.at, reverse=True)

    def edit(self, id: str, *, old: str = "", new: str = "", title: str = "", note: str = "") -> DemoStory:
        """Change a story on its page and wherever it is announced; KeyError or ValueError when there is no such text.

        The change is dated one minute after the last one, and never before ``now``.
        """
        story = self.stories[id]
        if not any(old in paragraph for paragraph in story.paragraphs):
            raise ValueError(f"the story {id!r} has no such text: {old!r}")
        changed = replace(
            story,
            title=title or story.title,
            paragraphs=tuple(p.replace(old, new) if old else p for p in story.paragraphs),
            note=note or story.note,
            changed=max(story.changed + timedelta(minutes=1), self.now),
        )
        self.stories[id] = changed
        return changed

    def revise(self) -> tuple[DemoStory, ...]:
        """Make the corrections the week ends with, and give the stories corrected."""
        return tuple(self.edit(one.story, old=one.old, new=one.new, note=one.note) for one in revisions())

    def sources(self) -> tuple[Source, ...]:
        """The catalogue's six enabled sources with the addresses of this web; ids, domains and selectors stay."""
        return tuple(self._source(source) for source in catalogue().values() if source.id in SHELVES)

    def _source(self, source: Source) -> Source:
        origin = self.origins[source.id]
        return replace(
            source,
            name=f"{source.name} (demo)",
            home=_moved(source.home, origin),
            channels=tuple(replace(channel, url=_moved(channel.url, origin)) for channel in source.channels),
            delay=timedelta(milliseconds=50),
        )

    def _shelf(self, site: str, path: str, shelf: Shelf, query: Mapping[str, list[str]]) -> Page:
        number = query.get("page", ["0"])[0]
        page = int(number) if re.fullmatch(r"\d{1,3}", number) else 0
        told = [story for story in self.told(site) if shelf.topic in ("", story.topic)]
        shown = told[page * shelf.per_page : (page + 1) * shelf.per_page]
        changed = max((story.changed for story in told), default=self._oldest())
        return self._render(
            site,
            shelf.template,
            shelf.content_type,
            changed,
            stories=shown,
            page=page,
            more=len(told) > (page + 1) * shelf.per_page,
            address=path,
            changed=changed,
        )

    def _render(self, site: str, template: str, content_type: str, modified: datetime, **context: object) -> Page:
        text = self._pages.get_template(template).render(
            context, site=site, origin=self.origins[site], padding=self._padding
        )
        return Page(body=text.encode(), content_type=content_type, modified=modified)

    def _oldest(self) -> datetime:
        return min(story.at for story in self.stories.values())

    def _linked(self, paragraph: str) -> Markup:
        """A paragraph as HTML, its links leading to this web's own stories or outside."""
        parts, end = [], 0
        for match in LINK.finditer(paragraph):
            known = self.stories.get(match[2])
            address = self.origins[known.site] + known.path if known else match[2]
            parts.append(escape(paragraph[end : match.start()]))
            parts.append(Markup('<a href="{}">{}</a>').format(address, match[1]))
            end = match.end()
        return Markup("").join([*parts, escape(paragraph[end:])])


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moved(url: str, origin: str) -> str:
    """The same path and query at another origin."""
    parts = urlsplit(url)
    return origin + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
