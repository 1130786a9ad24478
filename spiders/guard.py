"""The address guard: which addresses may be asked at all, by their spelling first and as connected last."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import idna
from yarl import URL

from monitor.model import Trouble, TroubleKind

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 8192
_REMEMBERED = 20_000

_PORTS = {"http": 80, "https": 443}
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?://(?P<authority>[^/?#]*))?(?P<rest>[^#]*)", re.DOTALL)
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]@]*\]|[^\[\]@:]*)(?::(?P<port>[0-9]{0,5}))?", re.ASCII)
_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_SAFE = "!#$%&'()*+,/:;=?@[]~|"
_PLAIN_REST = re.compile(r"[\w.!$%&'()*+,/:;=?@~-]*", re.ASCII)
_DOT_SEGMENT = re.compile(r"/(?:\.|%2e)", re.IGNORECASE)

# Python's `is_global` follows the registries of its release, counts multicast as global and does not look inside
# IPv6 transition addresses; so IPv6 is admitted only where the IANA has given out global unicast space, less these.
_GLOBAL_UNICAST_6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_TEREDO = ipaddress.IPv6Network("2001::/32")
_NEVER: tuple[IPNetwork, ...] = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # protocol assignments; 3.11 calls parts of it global
    ipaddress.IPv4Network("192.88.99.0/24"),  # retired 6to4 relays
    ipaddress.IPv4Network("100.64.0.0/10"),  # carrier-grade NAT
    ipaddress.IPv6Network("2001::/23"),  # protocol assignments, Teredo, ORCHID
    ipaddress.IPv6Network("2001:db8::/32"),
    ipaddress.IPv6Network("3fff::/20"),  # documentation, newer than Python 3.11
    ipaddress.IPv6Network("3ffe::/16"),  # the former 6bone
)

# Behind a proxy the name is resolved out of our sight, so names that can only mean an inside host are refused.
_INSIDE_SUFFIXES = (
    ".localhost",
    ".local",
    ".internal",
    ".intranet",
    ".lan",
    ".corp",
    ".home",
    ".private",
    ".home.arpa",
)


class UnsafeAddress(OSError):
    """The guard refused an address at the moment of resolving or connecting; ``str()`` says which, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that passed the spelling test: what goes on the wire, and whose it is.

    ``origin`` is ``scheme://host[:port]``; ``host_key`` names the machine that manners are kept towards
    (``host``, or ``host:port`` on an unusual port); ``robots`` marks a robots.txt itself.
    """

    url: URL
    text: str
    origin: str
    host: str
    port: int
    host_key: str
    robots: bool


def embedded(ip: IPAddress) -> IPAddress:
    """The IPv4 address that really answers behind a v4-in-v6 spelling (mapped, compatible, 6to4, NAT64, Teredo)."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _TEREDO and ip.teredo is not None:
        return ip.teredo[1]
    if ip in _NAT64 or (int(ip) >> 32 == 0 and int(ip) > 0xFFFF):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def is_public(ip: IPAddress) -> bool:
    """Whether an address is somebody's on the public internet, looking through v4-in-v6 spellings."""
    inner = embedded(ip)
    if any(inner in network for network in _NEVER if network.version == inner.version):
        return False
    if isinstance(inner, ipaddress.IPv6Address):
        return inner in _GLOBAL_UNICAST_6 and inner.is_global
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _NAT64:
        # NAT64 is how IPv6-only networks reach the web; the other wrappings have no honest use in an address.
        return False
    return inner.is_global and not inner.is_multicast


class Guard:
    """Judges addresses. ``allow_private`` lists what may be asked although it is not public.

    An entry is ``host``, ``host:port`` (a name or an address, IPv6 in brackets when a port follows) or a CIDR block.
    Raises ValueError for an entry that is none of these.
    """

    def __init__(self, allow_private: Iterable[str] = (), *, proxied: bool = False) -> None:
        self._proxied = proxied
        self._networks: list[tuple[IPNetwork, int | None]] = []
        self._names: set[tuple[str, int | None]] = set()
        self._vouched: set[tuple[str, int]] = set()
        self._judged: dict[str, Target | Trouble] = {}
        self._hosts: dict[tuple[str, int], str | Trouble] = {}
        for entry in allow_private:
            self._except(entry)

    def _except(self, entry: str) -> None:
        text = entry.strip().lower()
        try:
            self._networks.append((ipaddress.ip_network(text, strict=False), None))
        except ValueError:
            match = _AUTHORITY.fullmatch(text)
            host = match["host"] if match else ""
            port = int(match["port"]) if match and match["port"] else None
            if host.startswith("["):
                host = host[1:-1]
            if not host or (port is not None and not 0 < port < 65536):
                raise ValueError(f"{entry!r} is not a host, host:port or CIDR block") from None
            try:
                self._networks.append((ipaddress.ip_network(host), port))
            except ValueError:
                if not _NAME.fullmatch(host) or _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]):
                    raise ValueError(f"{entry!r} is not a host, host:port or CIDR block") from None
                self._names.add((host, port))

    def admits(self, address: str, port: int, *, name: str = "") -> bool:
        """Whether ``address`` (as a resolver or socket writes it) may be connected to, asked for as ``name``."""
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if is_public(ip):
            return True
        inner = embedded(ip)
        if any(inner in network and only in (None, port) for network, only in self._networks):
            return True
        if name and ((name, port) in self._names or (name, None) in self._names):
            # The socket is judged again by its address alone, so what the name stands for is remembered.
            self._vouched.add((address, port))
            return True
        return False

    def check_socket(self, address: str, port: int) -> None:
        """The last word, on the address that is about to be connected. Raises UnsafeAddress."""
        if not self.admits(address, port) and (address, port) not in self._vouched:
            raise UnsafeAddress("the address is not on the public internet")

    def judge(self, url: str) -> Target | Trouble:
        """Parse an address strictly; a Target may be asked for (its resolved addresses are judged on connecting)."""
        found = self._judged.get(url)
        if found is None:
            found = self._parse(url)
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            self._judged[url] = found
        return found

    def _parse(self, url: str) -> Target | Trouble:
        text = url.strip(" \t\r\n")
        if len(text) > MAX_URL:
            return _refused("the address is longer than 8,192 characters")
        if _CONTROLS.search(text):
            return _refused("the address has control characters in it")
        match = _URL.match(text)
        scheme = match["scheme"].lower() if match else ""
        if match is None or scheme not in _PORTS:
            return _refused("only http and https addresses are fetched")
        authority = match["authority"] or ""
        if "@" in authority:
            return _refused("the address carries a user name; logins belong in the channel's auth setting")
        if "\\" in authority or "%" in authority:
            return _refused("the host of the address is not plainly spelled")
        parts = _AUTHORITY.fullmatch(authority)
        if parts is None:
            return _refused("the host and port of the address cannot be told apart")
        port = int(parts["port"]) if parts["port"] else _PORTS[scheme]
        if not 0 < port < 65536:
            return _refused("the address has an impossible port")
        host = self._known_host(parts["host"], port)
        if isinstance(host, Trouble):
            return host
        rest = match["rest"]
        if not _PLAIN_REST.fullmatch(rest):
            try:
                rest = quote(rest.encode("utf-8", "surrogateescape"), safe=_SAFE)
            except UnicodeEncodeError:
                return _refused("the address has broken characters in it")
        path, _, query = rest.partition("?")
        query = f"?{query}" if query else ""  # yarl, which writes the request, drops a lone question mark as well
        if _DOT_SEGMENT.search(path):
            path = _without_dot_segments(path)
        path = path if path.startswith("/") else "/" + path
        netloc = host if port == _PORTS[scheme] else f"{host}:{port}"
        origin = f"{scheme}://{netloc}"
        full = f"{origin}{path}{query}"
        return Target(
            url=URL(full, encoded=True),
            text=full,
            origin=origin,
            host=host,
            port=port,
            host_key=host if port in _PORTS.values() else netloc,
            robots=path == "/robots.txt",
        )

    def _known_host(self, spelled: str, port: int) -> str | Trouble:
        """The same few hosts come again and again under ever new paths, so each is judged once."""
        key = (spelled, port)
        found = self._hosts.get(key)
        if found is None:
            found = self._host(spelled, port)
            if len(self._hosts) >= _REMEMBERED:
                self._hosts.clear()
            self._hosts[key] = found
        return found

    def _host(self, spelled: str, port: int) -> str | Trouble:
        """The host as it goes on the wire: an admitted literal, or a name in ASCII."""
        if spelled.startswith("["):
            try:
                literal: IPAddress = ipaddress.IPv6Address(spelled[1:-1])
            except ValueError:
                return _refused("the host is not a proper IPv6 address")
            if not self.admits(str(literal), port):
                return _inside(f"[{literal}]")
            return f"[{literal}]"
        name = spelled
        if not name.isascii():
            try:
                name = idna.encode(name, uts46=True).decode("ascii")
            except (idna.IDNAError, UnicodeError):
                return _refused("the host is not a proper international name")
        name = name.lower().removesuffix(".")
        if not _NAME.fullmatch(name):
            return _refused("the address has no proper host name")
        if _NUMERIC_LABEL.fullmatch(name.rpartition(".")[2]):
            # Whatever ends in a number is an IPv4 address to somebody; only the one plain spelling is taken, because
            # 127.1, 0x7f000001, 2130706433 and 0177.0.0.1 are all loopback to the C library.
            try:
                literal = ipaddress.IPv4Address(spelled)
            except ValueError:
                return _refused("the host is a number that is not a plainly spelled IPv4 address")
            if not self.admits(str(literal), port):
                return _inside(str(literal))
            return str(literal)
        inside = name == "localhost" or "." not in name or name.endswith(_INSIDE_SUFFIXES)
        if self._proxied and inside and not {(name, port), (name, None)} & self._names:
            return _inside(name)
        return name


def _refused(why: str) -> Trouble:
    return Trouble(kind=TroubleKind.UNSAFE, reason=f"refused: {why}")


def _inside(host: str) -> Trouble:
    return _refused(f"{host} is not on the public internet (see allow_private)")


def _without_dot_segments(path: str) -> str:
    """RFC 3986, 5.2.4, so that robots.txt is asked about the path that the server will really look up."""
    kept: list[str] = []
    segments = re.sub("%2e", ".", path, flags=re.IGNORECASE).split("/")
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
            if last:
                kept.append("")
        elif segment == ".":
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/".join(kept)
