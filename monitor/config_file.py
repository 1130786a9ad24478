"""The shape of shiftwatch.toml and the catalogue: TOML text in, checked tables out, each complaint with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar

import tomli
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor import config_values as values
from monitor.complaints import Complaint, Places, complaints_of
from monitor.errors import ConfigError
from monitor.model import ApiRules, Articles, Channel, ChannelKind, ListingRules, Source, SourceKind


class Table(BaseModel):
    """A TOML table: unknown keys are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ArchiveTable(Table):
    path: values.Line = "shiftwatch.db"
    captures: str = "captures"


class NetworkTable(Table):
    contact: values.Contact = ""
    delay: values.Pause = timedelta(seconds=2)
    per_host: Annotated[int, Field(ge=1, le=2)] = 1
    articles_per_poll: Annotated[int, Field(ge=1, le=10_000)] = 50
    rechecks_per_source: Annotated[int, Field(ge=0, le=10_000)] = 20
    rechecks_per_pass: Annotated[int, Field(ge=0, le=100_000)] = 500
    proxy: values.Proxy = ""
    allow_private: list[values.Private] = []


class CodingTable(Table):
    codebook: str = ""


class AnyChannelTable(Table):
    """What every kind of channel has."""

    url: values.Url
    every: values.Every = timedelta(minutes=30)
    also: bool = False
    auth: values.Auth = ""

    def noun(self, source: str, kind: str) -> Channel:
        """The channel as the rest of Shiftwatch knows it, without the rules of its kind."""
        return Channel(
            source=source, kind=ChannelKind(kind), url=self.url, every=self.every, also=self.also, auth=self.auth
        )


class FeedTable(AnyChannelTable):
    kind: Literal["feed", "sitemap"]

    def channel(self, source: str) -> Channel:
        """The channel of ``source`` written here."""
        return self.noun(source, self.kind)


class ListingTable(AnyChannelTable):
    kind: Literal["listing"]
    item: values.CssNeeded
    link: values.CssNeeded
    title: values.Css = ""
    date: values.Css = ""
    summary: values.Css = ""
    next: values.Css = ""
    pages: Annotated[int, Field(ge=1, le=100)] = 1

    def channel(self, source: str) -> Channel:
        """The channel of ``source`` written here."""
        own = self.model_dump(exclude={"kind", *AnyChannelTable.model_fields})
        return replace(self.noun(source, self.kind), listing=ListingRules(**own))


class ApiTable(AnyChannelTable):
    kind: Literal["api"]
    items: values.Dotted = ""
    link: values.Dotted = "url"
    title: values.Dotted = "title"
    date: values.Dotted = ""
    updated: values.Dotted = ""
    summary: values.Dotted = ""
    body: values.Dotted = ""
    byline: values.Dotted = ""

    def channel(self, source: str) -> Channel:
        """The channel of ``source`` written here."""
        own = self.model_dump(exclude={"kind", *AnyChannelTable.model_fields})
        return replace(self.noun(source, self.kind), api=ApiRules(**own))


ChannelTable = Annotated[FeedTable | ListingTable | ApiTable, Field(discriminator="kind")]


class SourceTable(Table):
    enabled: bool = True
    name: values.Line = ""
    domain: values.Domain = ""
    kind: Literal["agency", "outlet", "research"] = "outlet"
    articles: Literal["auto", "page", "feed"] = "auto"
    home: values.Url = ""
    delay: values.Pause | None = None
    channels: list[ChannelTable] = []

    def over(self, known: Source | None, id: str) -> Source:
        """The source: ``known`` with the keys given here, or a new one."""
        given = self.model_fields_set
        base = known or Source(
            id=id,
            name=self.name or self.domain,
            domain=self.domain,
            kind=SourceKind(self.kind),
            home=f"https://{self.domain}/",
        )
        return Source(
            id=id,
            name=self.name if "name" in given else base.name,
            domain=self.domain if "domain" in given else base.domain,
            kind=SourceKind(self.kind) if "kind" in given else base.kind,
            enabled=self.enabled,
            articles=Articles(self.articles) if "articles" in given else base.articles,
            channels=tuple(c.channel(id) for c in self.channels) if "channels" in given else base.channels,
            refused=base.refused,
            home=self.home if "home" in given else base.home,
            delay=self.delay if "delay" in given else base.delay,
        )


class CatalogueSourceTable(SourceTable):
    """A source of the register; only there can one be marked as refused."""

    refused: values.Line = ""

    def over(self, known: Source | None, id: str) -> Source:
        """The source, with why it is never fetched."""
        return replace(super().over(known, id), refused=self.refused)


class MailTable(Table):
    smtp: values.Smtp
    sender: Annotated[values.Mailbox, Field(alias="from")]
    password_file: str = ""
    tls: Literal["", "required", "offered", "never"] = ""
    unsubscribe: values.Unsubscribe = ""


class DigestTable(Table):
    to: Annotated[list[values.Recipient], Field(min_length=1)]
    title: values.OptionalLine = ""
    schedule: values.Schedule = "0 7 * * *"
    timezone: values.TimeZone = "UTC"
    query: values.QueryText = ""
    when: Literal["anything", "always", "shifts"] = "anything"
    group: Literal["code", "source", "day", "none"] = "code"
    maximum: Annotated[int, Field(ge=1, le=500)] = 50
    quiet: values.QuietHours = ""
    per_hour: Annotated[int, Field(ge=1, le=60)] = 4
    unsubscribe: values.Unsubscribe = ""


class BackupTable(Table):
    folder: values.Line = "backups"
    keep: Annotated[int, Field(ge=1, le=10_000)] = 7


class RetentionTable(Table):
    captures: values.Age | None = None
    polls: values.Age | None = None
    looks: values.Age | None = None


class ConfigFile(Table):
    """shiftwatch.toml."""

    archive: ArchiveTable = ArchiveTable()
    network: NetworkTable = NetworkTable()
    backup: BackupTable = BackupTable()
    retention: RetentionTable = RetentionTable()
    coding: CodingTable = CodingTable()
    sources: dict[values.Id, SourceTable] = {}
    mail: MailTable | None = None
    digests: dict[values.Id, DigestTable] = {}


class CatalogueFile(Table):
    """monitor/sources.toml."""

    sources: dict[values.Id, CatalogueSourceTable]


F = TypeVar("F", bound=Table)
Check = Callable[[dict[str, Any]], Iterable[Complaint]]


def parse(text: str, shape: type[F], *, name: str, check: Check = lambda _: (), trusted: bool = False) -> F:
    """``text`` checked against ``shape``; ``name`` stands for the file in complaints.

    ``check`` is handed the raw tables, which may be of any shape, and adds what a table alone cannot tell;
    ``trusted``: the text is ours, so that its selectors need not be tried at every start.
    Raises ConfigError with one line for each complaint.
    """
    try:
        data = tomli.loads(text)  # not tomllib: it knows TOML 1.1, in which a channel may take several lines
    except tomli.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{name}:{place[1]}" if place else name
        raise ConfigError(f"{where}: not valid TOML: {str(error).split(' (at')[0]}") from None
    except RecursionError:
        raise ConfigError(f"{name}: not valid TOML: nested too deeply") from None
    places = Places(name, text)
    complaints = list(check(data))
    try:
        tables = shape.model_validate(data, context=values.TRUSTED if trusted else None)
    except ValidationError as error:
        complaints += complaints_of(error, lambda loc: _keys_at(shape, loc))
    if complaints:
        raise ConfigError(places.told(complaints))
    return tables


_CHANNEL_TABLES: dict[str, type[Table]] = {
    "feed": FeedTable,
    "sitemap": FeedTable,
    "listing": ListingTable,
    "api": ApiTable,
}


def _keys_at(shape: type[Table], loc: tuple[str | int, ...]) -> list[str]:
    """The keys a table of the file may have; ``loc`` is pydantic's, in which a channel is followed by its kind."""
    table: type[Table]
    match loc:
        case ():
            table = shape
        case ("archive",):
            table = ArchiveTable
        case ("network",):
            table = NetworkTable
        case ("backup",):
            table = BackupTable
        case ("retention",):
            table = RetentionTable
        case ("coding",):
            table = CodingTable
        case ("sources", _):
            table = CatalogueSourceTable if shape is CatalogueFile else SourceTable
        case ("sources", _, "channels", _, kind):
            table = _CHANNEL_TABLES[str(kind)]
        case ("mail",):
            table = MailTable
        case _:
            table = DigestTable
    return [info.alias or name for name, info in table.model_fields.items()]
