"""Strategies that write well-formed feeds of every plainness, for the laws that reading feeds must keep.

Left out is what reading removes before feedparser sees it because feedparser is misled by it (``source``, media texts),
and xml:base, which it lets leak from one entry into the next.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

RSS_ROOT = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/"{more}>'
)
ATOM_ROOT = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"{more}>'

_XHTML = '<div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div>'

_words = st.sampled_from(
    ["CBP moves", "500 agents", "café", "“quoted”", "5 < 6 > 4", "AT&T", "&eacute;", "&amp;", "<b>bold</b>", "", " ",
     "\n", "Ã©", "\x93cp\x94", "<p>one</p><p>two <a href='/x?a=1&b=2'>link</a></p>", "a<br><br>b", "</div>", "日本",
     "ﬁ", "]] >"]
)  # fmt: skip
_prose = st.lists(_words, max_size=4).map(" ".join)
_addresses = st.sampled_from(
    ["https://example.org/a", "http://example.org/b?x=1&y=2", "/relative/c", "d.html", "https://example.org/e?x=1&lt;=2",
     "", "tag:e,2026:1", "urn:uuid:60a76c80", "http:///example.org/f", "javascript:alert(1)", "https://example.org/ü",
     " https://example.org/g ", "https://example.org/?p=12"]
)  # fmt: skip
_dates = st.sampled_from(
    ["Fri, 07 Aug 2026 15:04:05 GMT", "Fri, 07 Aug 26 11:04 EDT", "2026-08-07T15:04:05Z", "2026-08-07", "yesterday", ""]
)
_names = st.sampled_from(["Jane Roe", "By Joe Doe", "jane@example.org (Jane Roe)", "José", "", "Roe & Doe"])


def _spelled(text: str, cdata: bool) -> str:
    """Character data, as a CDATA section when it can be one."""
    return f"<![CDATA[{text}]]>" if cdata and "]]>" not in text else escape(text)


@st.composite
def _element(draw: st.DrawFn, name: str, values: st.SearchStrategy[str], attributes: str = "") -> str:
    text = _spelled(draw(values), draw(st.booleans()))
    if draw(st.integers(0, 9)) == 0:
        text = f"<!-- a comment -->{text}"
    return f"<{name}{attributes}>{text}</{name}>"


@st.composite
def rss_items(draw: st.DrawFn) -> str:
    one_of_each = [
        _element("title", _prose),
        _element("link", _addresses),
        _element(
            "guid", _addresses, draw(st.sampled_from(["", ' isPermaLink="true"', ' isPermaLink="false"', ' x="y"']))
        ),
        _element("description", _prose),
        _element("pubDate", _dates),
        _element("dc:date", _dates),
        _element("dc:creator", _names),
        _element("dc:creator", _names),
        _element("author", _names),
        _element("content:encoded", _prose),
        _element("feedburner:origLink", _addresses),
        _element("category", _prose, draw(st.sampled_from(["", ' domain="x"']))),
        _element("slash:comments", st.just("5")),
        _element("dc:subject", _prose),
        _element("dc:language", st.just("es")),
        st.just('<media:thumbnail url="https://example.org/t.jpg" width="1"/>'),
        st.just('<enclosure url="https://example.org/e.mp3" length="1" type="audio/mpeg"/>'),
    ]
    odd = [
        _element("title", _prose),
        _element("description", _prose),
        _element("dc:title", _prose),
        _element("link", _addresses),
        _element("dc:description", _prose),
        _element("title", _prose, ' xml:lang="de"'),
        st.just('<atom:link href="https://example.org/atom" rel="alternate"/>'),
        st.just("<description><p xmlns='http://www.w3.org/1999/xhtml'>x</p></description>"),
        st.just("<unknown>u</unknown>"),
    ]
    chosen = draw(st.lists(st.sampled_from(one_of_each), unique_by=id, max_size=9))
    if draw(st.integers(0, 3)) == 0:
        chosen.append(draw(st.sampled_from(odd)))
    children = [draw(element) for element in draw(st.permutations(chosen))]
    opening = draw(st.sampled_from(["<item>"] * 8 + ['<item xml:lang="fr">']))
    return opening + draw(st.sampled_from(["", "\n  "])).join(children) + "</item>"


@st.composite
def atom_entries(draw: st.DrawFn) -> str:
    kinds = st.sampled_from(["", ' type="text"', ' type="html"', ' type="text/html"'])

    def link() -> str:
        rel = draw(st.sampled_from(["", ' rel="alternate"', ' rel="self"', ' rel="replies"', ' rel="ALTERNATE"']))
        kind = draw(
            st.sampled_from(["", ' type="text/html"', ' type="application/atom+xml"', ' type="application/xhtml+xml"'])
        )
        return f"<link{rel}{kind} href={quoteattr(draw(_addresses))}/>"

    children = [
        draw(element)
        for element in draw(
            st.lists(
                st.sampled_from(
                    [
                        _element("title", _prose, draw(kinds)),
                        _element("id", _addresses),
                        _element("summary", _prose, draw(kinds)),
                        _element("content", _prose, draw(kinds)),
                        _element("published", _dates),
                        _element("updated", _dates),
                        st.just("<author><name>Zoë Roe</name><uri>https://example.org/z</uri></author>"),
                        st.just("<author><name>Joe Doe</name><email>joe@example.org</email></author>"),
                        st.just("<author><email>joe@example.org</email></author>"),
                        st.just('<category term="x"/>'),
                        st.just("<thr:total>0</thr:total>"),
                        st.just("<contributor><name>Con</name></contributor>"),
                        st.just(
                            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>'
                        ),
                        st.just("<rights>r</rights>"),
                    ]
                ),
                unique_by=id,
                max_size=8,
            )
        )
    ]
    children.extend(link() for _ in range(draw(st.integers(0, 3))))
    return "<entry>" + "".join(draw(st.permutations(children))) + "</entry>"


@st.composite
def feeds(draw: st.DrawFn) -> tuple[str, list[str], str]:
    """A well-formed feed as (what stands before the entries, the entries, what stands behind)."""
    language = draw(st.sampled_from(["", "", ' xml:lang="en-US"']))
    if draw(st.booleans()):
        head = RSS_ROOT.format(more=language) + "<channel><title>Feed</title><link>https://example.org/</link>"
        head += draw(st.sampled_from(["", "<language>en-us</language>", "<ttl>30</ttl>", "<!-- <item>no</item> -->"]))
        return head, draw(st.lists(rss_items(), max_size=5)), "</channel></rss>"
    head = ATOM_ROOT.format(more=language) + "<title>Feed</title><id>urn:feed</id>"
    return head, draw(st.lists(atom_entries(), max_size=5)), "</feed>"
