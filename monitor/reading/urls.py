"""Addresses: one canonical form for each page, and whose address it is."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urljoin

import idna

from monitor.model import Link
from monitor.reading.url_rules import (
    CARRIERS,
    REDIRECTORS,
    SHARING,
    SITES,
    TRACKING,
    TRACKING_PREFIXES,
    WRAPPERS,
    SiteAddresses,
)

if TYPE_CHECKING:
    from tldextract import TLDExtract

LIMIT: Final = 4_096
"""The longest address there is; longer ones are no addresses of stories."""

_MADE: Final = "shiftwatch-entry="
_LONGEST_KEY: Final = 200
_ROUNDS: Final = 8  # an address wrapped more often than this is a game

# As browsers do it: controls and white space vanish inside, and around anything that is in front or behind.
_INVISIBLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")
_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,30}):")
_PLAIN: Final = re.compile(r"https?://[a-z0-9]+(?:(?:-+|\.)[a-z0-9]+)*(?::[1-9][0-9]{0,3})?(?:/[!-\[\]-~]*)?")
_PARTS: Final = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_PATH_END: Final = re.compile(r"[^?#]*")
_AUTHORITY_END: Final = re.compile(r"[/?#\\]")
_HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")
_ESCAPE: Final = re.compile(r"%([0-9a-fA-F]{2})?")
_UNSAFE: Final = re.compile(r"[^!#$%&'()*+,/:;=?@\[\]A-Za-z0-9._~-]")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SESSION: Final = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_INDEX: Final = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp|shtml|cfm)$", re.IGNORECASE)
_AMP_TAIL: Final = re.compile(r"(?<=[^/])(?:/amp/?|/amp\.html|\.amp(?:\.html)?)$", re.IGNORECASE)
_AMP_HEAD: Final = re.compile(r"^/amp(?=/[^/]+/[^/]+)", re.IGNORECASE)
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
_MOBILE: Final = ("amp.", "m.", "mobile.")


@cache
def _suffixes() -> TLDExtract:
    """The public suffix list; loaded when the first address is looked at, since it takes longer than a short run."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def absolute(url: str, base: str = "") -> str:
    """``url`` as an absolute http(s) address, resolved against ``base``, otherwise as it was written; else ``""``.

    This is the form to keep of what a page said; ``canonical`` is the form to compare. Total.
    """
    if len(url) <= LIMIT and _PLAIN.fullmatch(url):  # nearly all
        return url
    url = _tidy(url)
    if not url:
        return ""
    scheme = _SCHEME.match(url)
    if scheme is None:
        base = _tidy(base)
        if not base:
            return ""
        try:
            url = urljoin(base, url)
        except ValueError:
            return ""
        scheme = _SCHEME.match(url)
    if scheme is None or scheme[1].lower() not in _DEFAULT_PORTS:
        return ""
    scheme_name = scheme[1].lower()
    rest = url[scheme.end() :].lstrip("/\\")
    if "\\" in rest:  # a slash for browsers, as far as the path goes
        rest = _PATH_END.sub(lambda path: path[0].replace("\\", "/"), rest, count=1)
    return f"{scheme_name}://{rest}" if rest and len(url) <= LIMIT and _host_of(rest) else ""


def canonical(url: str, base: str = "") -> str:
    """The one form of an http(s) address by which a page is known; ``""`` for everything else. Total and idempotent.

    Scheme and host in lower case (IDNA), no credentials, default port, fragment (but a made one), dot or empty
    segments, trailing slash (but as the site has it, where that is known), directory index, session or tracking
    parameters; the remaining query sorted; percent-encoding normalised; AMP, mobile and edition addresses brought
    home; archived, cached and wrapped addresses unwrapped. What is particular to a site stands in
    ``url_rules.SITES``.
    """
    if base and _SCHEME.match(url) is None:
        url = absolute(url, base)
    return _canonical(url[: LIMIT + 1])


@lru_cache(maxsize=8_192)
def _canonical(url: str) -> str:
    """Rules are applied until none changes anything, which makes the whole idempotent whatever their order."""
    for _ in range(_ROUNDS):
        settled = _one_round(url)
        if settled == url:
            return url
        url = settled
    return ""


def _one_round(url: str) -> str:
    url = absolute(url)
    parts = _PARTS.fullmatch(url)
    if parts is None:
        return ""
    scheme, authority, path, query = parts[1], parts[2], parts[3], parts[4] or ""
    host, port = _split_authority(authority)
    if not host:
        return ""
    port = "" if port == _DEFAULT_PORTS[scheme] else port
    path, query = _percent(path.replace("\\", "/")), _percent(query)
    if inner := _unwrapped(host, path, query):
        return inner
    domain = site_domain(host)
    site = SITES.get(domain)
    if not port and domain:
        host = _home(host, domain, site)
        scheme = "https" if site is not None and site.https and host in site.hosts.values() else scheme
    query = _query(query, site)
    path = _path(path, query, site)
    fragment = f"#{_percent(parts[5])}" if parts[5] and parts[5].startswith(_MADE) else ""
    return f"{scheme}://{host}{':' + port if port else ''}{path}{'?' + query if query else ''}{fragment}"


def identity(url: str) -> str:
    """What names a story where its address may change under it (RedState's ``n1234567``), else ``canonical(url)``.

    Equal for two addresses of one story. It is a key, not an address to open.
    """
    address = canonical(url)
    site = SITES.get(site_domain(address))
    if site is not None and site.story is not None and (found := site.story.search(address.partition("?")[0])):
        return f"{site_domain(address)}:{found[1]}"
    return address


def story_key(address: str) -> str:
    """``identity(address)`` where that is more than the canonical ``address`` itself, else ``""``."""
    site = SITES.get(site_domain(address))
    return identity(address) if site is not None and site.story is not None and identity(address) != address else ""


def made_address(channel_url: str, key: str) -> str:
    """A stable address for an entry that has none of its own: its channel's, with its key as a marked fragment.

    It survives ``canonical``, so that such entries stay apart; there is nothing behind it but the channel.
    """
    if len(key) > _LONGEST_KEY:
        key = key[:_LONGEST_KEY] + blake2b(key.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return f"{channel_url.partition('#')[0]}#{_MADE}{quote(key, safe='')}"


def is_made_address(url: str) -> bool:
    """Whether an address was made by ``made_address``: there is no page to fetch."""
    return url.partition("#")[2].startswith(_MADE)


def is_http(url: str) -> bool:
    """Whether this is an absolute http(s) address with a host."""
    return bool(absolute(url))


def is_redirector(url: str) -> bool:
    """Whether the address only leads to another one that cannot be read off it (Feedburner and its kin)."""
    if not any(known in url for known in REDIRECTORS):
        return False
    name = host(url)
    path = url.partition("://")[2].partition("/")[2]
    return any(_under(name, known) for known in REDIRECTORS) and (path.startswith(("~r/", "~/")) or "/~3/" in path)


def host(url: str) -> str:
    """The host of an address in lower case, without port; ``""`` when there is none. A bare host is itself."""
    rest = url.partition("://")[2] if "://" in url else url.removeprefix("//")
    return _host_of(_tidy(rest))


@lru_cache(maxsize=8_192)
def site_domain(url: str) -> str:
    """The registrable domain of an address or host (``cnn.com``, ``bbc.co.uk``), by the bundled public suffix list.

    ``""`` for IP addresses, ``localhost`` and bare suffixes.
    """
    name = host(url)
    return _suffixes().extract_str(name).top_domain_under_public_suffix if "." in name else ""


def same_site(a: str, b: str) -> bool:
    """Whether two addresses belong to one registrable domain, or to the same host where there is no such domain."""
    mine = site_domain(a) or host(a)
    return bool(mine) and mine == (site_domain(b) or host(b))


def cited_domains(links: Iterable[Link], own: str = "") -> tuple[str, ...]:
    """The registrable domains that links lead to, in order, each once, without ``own`` (an address or domain).

    Wrapped links count for where they lead; share buttons do not count.
    """
    mine = site_domain(own)
    found: dict[str, None] = {}
    for link in links:
        address = canonical(link.url)
        domain = site_domain(address)
        if domain and domain != mine and not _is_sharing(address, domain):
            found[domain] = None
    return tuple(found)


def _is_sharing(address: str, domain: str) -> bool:
    path = "/" + address.partition("://")[2].partition("/")[2].lower()
    return any(domain == known and path.startswith(starts) for known, starts in SHARING)


def _tidy(url: str) -> str:
    url = url[: LIMIT + 1].strip()
    return url if url.isascii() and url.isprintable() else _INVISIBLE.sub("", url).strip()


def _host_of(rest: str) -> str:
    """The host at the head of what follows ``//``."""
    return _split_authority(_AUTHORITY_END.split(rest, maxsplit=1)[0])[0]


def _split_authority(authority: str) -> tuple[str, str]:
    """Host and port, ``("", "")`` when they are not valid; credentials are dropped."""
    authority = authority.rpartition("@")[2]
    if authority.startswith("["):
        name, closed, port = authority[1:].partition("]")
        port = port.removeprefix(":") if closed else "none"
        try:
            name = f"[{ipaddress.IPv6Address(name).compressed}]"
        except ValueError:
            return "", ""
    else:
        name, _, port = authority.partition(":")
        name = _ascii_host(name)
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65_536):
        return "", ""
    return (name, str(int(port)) if port else "") if name else ("", "")


def _ascii_host(name: str) -> str:
    name = name.lower()
    if "%" in name:
        name = unquote(name).lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    name = name.rstrip(".")
    return name if _HOST.fullmatch(name) and ".." not in name else ""


def _percent(text: str) -> str:
    """Percent-encoding normalised: unreserved characters plain, everything unsafe encoded, escapes in upper case."""
    if "%" in text:
        text = _ESCAPE.sub(_escape, text)
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), text)


def _escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"


def _under(name: str, domain: str) -> bool:
    return name == domain or name.endswith("." + domain)


def _unwrapped(name: str, path: str, query: str) -> str:
    """The address carried by this one, ``""`` when it carries none."""
    for known, start in CARRIERS:
        if (found := start.match(path)) and _under(name, known):  # the path tells sooner
            inner = unquote(path[found.end() :]).partition("__;")[0].removesuffix("__")
            if query:
                inner = f"{inner}?{query}"
            return _carried(inner, bare=True)
    for known, start_of_path, keys in WRAPPERS:
        if query and _under(name, known) and path.startswith(start_of_path):
            for pair in query.split("&"):
                key, _, value = pair.partition("=")
                if key in keys and (inner := _carried(unquote(value.replace("+", " ")), bare=False)):
                    return inner
    return ""


def _carried(inner: str, *, bare: bool) -> str:
    """``inner`` when it is an address; ``bare`` allows one without scheme, as AMP caches write it."""
    inner = re.sub(r"^(https?):/{0,2}", r"\1://", inner, flags=re.IGNORECASE)
    if not inner.lower().startswith(("http://", "https://")):
        name = _host_of(inner) if bare else ""
        inner = f"https://{inner}" if site_domain(name) else ""
    return absolute(inner)


def _home(name: str, domain: str, site: SiteAddresses | None) -> str:
    """The host that a site's mobile, AMP, edition and bare hosts stand for."""
    if site is not None and name in site.hosts:
        return site.hosts[name]
    for prefix in _MOBILE:
        if name == prefix + domain:
            return f"www.{domain}" if site is None else site.hosts.get(domain, domain)
    return name


def _query(query: str, site: SiteAddresses | None) -> str:
    """The parameters that matter, sorted."""
    if not query:
        return ""
    extra = site.drop if site is not None else frozenset()
    kept = []
    for pair in query.replace("&amp;", "&").split("&"):
        key = pair.partition("=")[0].lower()
        if not key or key in TRACKING or key in extra or key.startswith(TRACKING_PREFIXES):
            continue
        if key == "amp" and pair.lower() in ("amp", "amp=", "amp=1", "amp=true"):
            continue
        kept.append(pair)
    return "&".join(sorted(kept))


def _path(path: str, query: str, site: SiteAddresses | None) -> str:
    path = _segments(_SESSION.sub("", path))
    path = _AMP_HEAD.sub("", _AMP_TAIL.sub("", path))
    if not query:
        path = _INDEX.sub("/", path)
    if site is not None:
        for start in site.strip:
            if path.startswith(start):
                path = path[len(start) - 1 :]
    path = path.rstrip("/")
    if path and site is not None and site.slash and "." not in path.rpartition("/")[2]:
        path += "/"
    return path or "/"


def _segments(path: str) -> str:
    """The path without dot segments and empty segments (RFC 3986, 5.2.4)."""
    if "//" not in path and "/." not in path:
        return path
    kept: list[str] = []
    pieces = path.split("/")
    for piece in pieces:
        if piece == "..":
            del kept[-1:]
        elif piece not in ("", "."):
            kept.append(piece)
    return "/" + "/".join(kept) + ("/" if pieces[-1] in ("", ".", "..") and kept else "")
