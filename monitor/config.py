"""shiftwatch.toml → Config: the catalogue with the user's overrides, and every complaint in one go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.catalogue import catalogue
from monitor.complaints import Complaint, guess
from monitor.config_file import ConfigFile, MailTable, parse
from monitor.errors import ConfigError
from monitor.model import Source

FILE_NAME = "shiftwatch.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How Shiftwatch behaves on the network.

    ``contact`` is the mail or web address in the agent name (``""``: none given). ``delay`` is the pause between two
    requests to one host, ``per_host`` how many may be under way there at a time. ``articles_per_poll`` caps the
    article pages fetched after one poll of a channel, ``rechecks_per_source`` and ``rechecks_per_pass`` the pages of
    known stories looked at again in one pass, for one source and for all together. ``proxy`` is an address,
    ``env:NAME`` (see ``secret``) or ``""``. ``allow_private`` lists what may be fetched although it is not public.
    """

    contact: str = ""
    delay: timedelta = timedelta(seconds=2)
    per_host: int = 1
    articles_per_poll: int = 50
    rechecks_per_source: int = 20
    rechecks_per_pass: int = 500
    proxy: str = ""
    allow_private: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """After what age captures, polls that brought nothing and looks that found nothing are let go; None: never."""

    captures: timedelta | None = None
    polls: timedelta | None = None
    looks: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The mail server (without its password) and the sender of digests.

    The password is in ``SHIFTWATCH_SMTP_PASSWORD`` or in ``password_file``. ``tls`` is required, offered (used when the
    server has it), never, or "": required except of a server on this machine. ``unsubscribe`` is a mailto: or https
    address for the mails' List-Unsubscribe.
    """

    smtp: str
    sender: str
    password_file: Path | None = None
    tls: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Who gets which stories when.

    ``schedule`` is a cron line in ``timezone``, or ``now`` for instant alerts; ``query`` the query grammar's. ``when``
    says what there must be for one to be sent: anything new, shifts, or nothing at all (always). ``group`` orders the
    stories that tell of no shift: code, source, day, none. ``maximum`` caps its entries. Alerts rest during the hours
    of ``quiet`` (``22:00-07:00``) and are at most ``per_hour``.
    """

    name: str
    to: tuple[str, ...]
    title: str = ""
    schedule: str = "0 7 * * *"
    timezone: str = "UTC"
    query: str = ""
    when: str = "anything"
    group: str = "code"
    maximum: int = 50
    quiet: str = ""
    per_hour: int = 4
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything a run needs to know. Paths are absolute; ``path`` is the file read, None when there was none.

    ``backups`` is the folder of backups, of which the ``backups_kept`` newest stay.
    ``sources`` holds disabled and refused sources too: they are shown, never fetched. ``codebook`` None is the one that
    ships with Shiftwatch.
    """

    archive: Path
    captures: Path | None
    backups: Path
    backups_kept: int = 7
    retention: Retention = Retention()
    network: Network = Network()
    sources: tuple[Source, ...] = ()
    mail: Mail | None = None
    digests: tuple[Digest, ...] = ()
    path: Path | None = None
    codebook: Path | None = None

    def enabled(self) -> tuple[Source, ...]:
        """The sources to collect from."""
        return tuple(source for source in self.sources if source.enabled and not source.refused)


def load(path: Path | None, *, cwd: Path, env: Mapping[str, str]) -> Config:
    """The configuration in force.

    ``path`` None means the file ``SHIFTWATCH_CONFIG`` names, else ``shiftwatch.toml`` in ``cwd``, else the defaults:
    the six enabled sources of the catalogue, archive and captures in ``cwd``. Raises ConfigError with one line for
    each complaint.
    """
    if path is None and (named := env.get("SHIFTWATCH_CONFIG", "")):
        path = Path(named)
    if path is None and (cwd / FILE_NAME).exists():
        path = Path(FILE_NAME)
    if path is None:
        return loads("", name=FILE_NAME, folder=cwd, env=env)
    file = cwd / _home(path, env)
    return loads(read_text(file, name=str(path)), name=str(path), folder=file.parent, env=env, path=file)


def loads(text: str, *, name: str, folder: Path, env: Mapping[str, str], path: Path | None = None) -> Config:
    """The configuration written in ``text``; ``name`` stands for the file in complaints, paths start at ``folder``."""
    tables = parse(text, ConfigFile, name=name, check=_source_complaints)
    known = catalogue()
    ids = [*known, *(id for id in tables.sources if id not in known)]
    network, archive = tables.network, tables.archive
    return Config(
        archive=folder / _home(Path(archive.path), env),
        captures=folder / _home(Path(archive.captures), env) if archive.captures else None,
        backups=folder / _home(Path(tables.backup.folder), env),
        backups_kept=tables.backup.keep,
        retention=Retention(
            captures=tables.retention.captures, polls=tables.retention.polls, looks=tables.retention.looks
        ),
        network=Network(
            contact=network.contact,
            delay=network.delay,
            per_host=network.per_host,
            articles_per_poll=network.articles_per_poll,
            rechecks_per_source=network.rechecks_per_source,
            rechecks_per_pass=network.rechecks_per_pass,
            proxy=network.proxy,
            allow_private=tuple(network.allow_private),
        ),
        sources=tuple(tables.sources[id].over(known.get(id), id) if id in tables.sources else known[id] for id in ids),
        mail=_mail(tables.mail, folder, env) if tables.mail else None,
        digests=tuple(
            Digest(name=name, to=tuple(dict.fromkeys(digest.to)), **digest.model_dump(exclude={"to"}))
            for name, digest in tables.digests.items()
        ),
        path=path,
        codebook=folder / _home(Path(tables.coding.codebook), env) if tables.coding.codebook else None,
    )


def read_text(file: Path, *, name: str) -> str:
    """The text of a configuration file; ConfigError when it cannot be read."""
    try:
        return file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{name}: there is no such file; `shiftwatch init` writes one") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: not UTF-8 text (byte {error.start})") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def secret(reference: str, env: Mapping[str, str]) -> str:
    """What ``env:NAME`` stands for, looked up when it is needed and kept nowhere; any other text is itself.

    Raises ConfigError naming the variable when it is not set.
    """
    if not reference.startswith("env:"):
        return reference
    name = reference.removeprefix("env:")
    if not (value := env.get(name, "")):
        raise ConfigError(f"the environment variable {name} is not set, but the configuration refers to it")
    return value


def _mail(table: MailTable, folder: Path, env: Mapping[str, str]) -> Mail:
    file = folder / _home(Path(table.password_file), env) if table.password_file else None
    return Mail(smtp=table.smtp, sender=table.sender, password_file=file, tls=table.tls, unsubscribe=table.unsubscribe)


def smtp_password(mail: Mail, env: Mapping[str, str]) -> str:
    """The mail server's password, looked up when it is needed: from the environment, else from its file, else "".

    Raises ConfigError when the file cannot be read, or when the server has a user and there is no password.
    """
    password = env.get("SHIFTWATCH_SMTP_PASSWORD", "")
    if not password and mail.password_file is not None:
        try:
            password = mail.password_file.read_text("utf-8").strip("\r\n")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "not UTF-8 text"
            raise ConfigError(f"{mail.password_file}: the mail password cannot be read: {why}") from None
    if not password and urlsplit(mail.smtp).username:
        raise ConfigError(
            "the mail server wants a user's password: set SHIFTWATCH_SMTP_PASSWORD, or password_file in [mail]"
        )
    return password


def _source_complaints(data: dict[str, Any]) -> Iterator[Complaint]:
    """What a table alone cannot tell: unknown and refused sources, an address written twice. ``data`` is unchecked."""
    known = catalogue()
    refused = [source for source in known.values() if source.refused]
    sources = data.get("sources")
    for id, table in sources.items() if isinstance(sources, dict) else ():
        if not isinstance(table, dict):
            continue
        domain = table.get("domain") or (known[id].domain if id in known else "")
        if not domain:
            # A table that names no domain is most often a misspelt id of the catalogue.
            expected = f'expected domain = "…" (a new one) or one of {", ".join(known)}{guess(id, known)}'
            yield Complaint(("sources", id), f"no such source, {expected}")
        for source in refused:
            if table.get("enabled", True) is True and f".{domain}".endswith(f".{source.domain}"):
                yield Complaint(("sources", id), f"{source.domain} cannot be enabled: {source.refused}")
        channels = table.get("channels")
        urls = [one.get("url") for one in channels if isinstance(one, dict)] if isinstance(channels, list) else []
        for place, url in enumerate(urls):
            if url is not None and url in urls[:place]:
                yield Complaint(("sources", id, "channels", place, "url"), "this address was given before")


def _home(path: Path, env: Mapping[str, str]) -> Path:
    """``~`` at the start of a path, as a shell would read it."""
    home = env.get("HOME", "")
    return Path(home, *path.parts[1:]) if path.parts[:1] == ("~",) and home else path
