"""The article's text, the whole of it and nothing else, on pages of every habit; and an end to every reading."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html

from monitor.model import Link
from monitor.reading.bodies import Body, body_of, extract_body, text_of

STORY = [
    "The agency moved 40 agents from the northern border to the city on Monday, two officials said.",
    "“We have never seen a shift of this size,” one of them said in an interview.",
    "The transfers began in March and will last for at least ninety days, according to a memo.",
    "Union leaders said the moves left smaller stations short of staff during the summer season.",
]
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in STORY)
NAV = '<div class="topbar"><ul><li><a href="/a">News</a></li><li><a href="/b">Sport</a></li></ul></div>'
CARDS = "".join(
    f'<div class="x1"><h3><a href="/{n}">Another story number {n} about the border</a></h3>'
    f"<p>A short summary of that other story, which runs on for a while and then comes to its end.</p></div>"
    for n in range(2)
)


def tree(markup: str) -> html.HtmlElement:
    return html.document_fromstring(markup.encode(), parser=html.HTMLParser(encoding="utf-8"))


def read(markup: str, declared: str = "") -> Body:
    return extract_body(tree(markup), url="https://news.example/2026/story", declared=declared)


def paragraphs(markup: str, declared: str = "") -> list[str]:
    return read(markup, declared).text.split("\n\n")


def test_a_plain_article_is_read_without_its_surroundings() -> None:
    page = (
        f"<body>{NAV}<main><h1>Agents moved</h1><div class=byline>By Jane Roe</div>{PARAGRAPHS}"
        '<div class="newsletter-box"><p>Get our stories every morning, and never miss what happens here.</p></div>'
        f"<aside><p>An aside about other things that happened to happen on the same day, too.</p></aside>{CARDS}</main>"
        "<footer><p>The publisher is a company registered in a state, and has rights it reserves.</p></footer></body>"
    )

    body = read(page)

    assert body.text.split("\n\n") == STORY
    assert body.extractor == "own+trafilatura"
    assert body.confidence > 0.8


@pytest.mark.parametrize(
    "markup",
    [
        f"<form id=aspnetForm>{NAV}<div>{PARAGRAPHS}</div></form>",
        f'{NAV}<div class="story" style="display:none">{PARAGRAPHS}</div><p>Enable scripts to read.</p>',
        f"{NAV}<div class=page>" + "".join(f"<div>{sentence}</div>" for sentence in STORY) + "</div>",
        f"{NAV}<div class=page>"
        + "".join(f"<section><div><p>{s}</p></div></section><div class=ad>Advertisement</div>" for s in STORY)
        + "</div>",
        f'{NAV}<div class="share-page">' + "".join(f'<p class="share__text">{s}</p>' for s in STORY) + "</div>",
        f'{NAV}<article class="newsletter-post post">{PARAGRAPHS}</article>',
        f"<table><tr><td width=150><a href=/1>Home</a><td><font size=2>{'<br><br>'.join(STORY)}</font></table>",
        f"{NAV}<div class=story><p>{STORY[0]}<p>{STORY[1]}<b><div>{STORY[2]}</b></div><p>{STORY[3]}",
    ],
    ids=["a form around all", "hidden until scripts run", "div paragraphs", "sections and ads", "misleading names",
         "named after its letter", "a table with breaks", "malformed"],
)  # fmt: skip
def test_the_story_is_found_however_it_is_marked_up(markup: str) -> None:
    assert paragraphs(f"<body>{markup}</body>")[-4:] == STORY


def test_readers_comments_are_no_story_however_many() -> None:
    comments = "".join(
        f'<div class="comment"><p>I think this should have been done a long time ago, and reader {n} agrees.</p></div>'
        for n in range(60)
    )

    assert paragraphs(f"<body><article>{PARAGRAPHS}</article><div id=comments>{comments}</div></body>") == STORY


def test_headings_and_lists_of_the_story_are_kept() -> None:
    page = (
        f"<body>{NAV}<article><p>{STORY[0]}</p><h2>What we know</h2><ul><li>Forty agents</li><li>Six stations</li></ul>"
        f"<h2>What is next</h2><p>{STORY[1]}</p><ol><li>Hearing on Monday</li><li>Vote on Tuesday</li></ol>"
        f"<p>{STORY[2]}</p></article></body>"
    )

    assert paragraphs(page) == [
        STORY[0], "What we know", "Forty agents", "Six stations", "What is next", STORY[1], "Hearing on Monday",
        "Vote on Tuesday", STORY[2],
    ]  # fmt: skip


def test_questions_and_answers_are_kept_however_short() -> None:
    talk = ["Q: Why now?", "A: Because the law says so.", "Q: How many?", f"A: {STORY[0]}", "Q: Thanks.", "A: Welcome."]
    page = (
        f"<body>{NAV}<div><p>{STORY[2]}</p>{''.join(f'<p>{line}</p>' for line in talk)}<p>{STORY[3]}</p></div></body>"
    )

    assert paragraphs(page) == [STORY[2], *talk, STORY[3]]


def test_a_live_page_is_read_entry_by_entry() -> None:
    entries = [(f"Update {n} on the transfers", f"At {n} p.m. the agency said it had moved {n} agents to the city.")
               for n in range(1, 7)]  # fmt: skip
    markup = "".join(
        f'<article class="post"><h2><a href="#p{n}">{title}</a></h2><p>{text}</p></article>'
        for n, (title, text) in enumerate(entries)
    )

    found = read(f"<body>{NAV}<main>{markup}</main></body>").text

    assert all(text in found for _, text in entries)


def test_cards_of_other_stories_are_left_out() -> None:
    assert paragraphs(f"<body>{NAV}<div class=page><div>{PARAGRAPHS}</div>{CARDS}</div></body>") == STORY


def test_an_eighty_word_release_is_read() -> None:
    text = "The agency confirmed today that it has sent staff to assist."

    assert read(f"<body><main><h1>Statement</h1><p>{text}</p></main></body>").text == text


@pytest.mark.parametrize(
    "sentences",
    [
        [
            "当局は月曜日、北部国境から四十人の捜査官を市内に移したと、二人の当局者が明らかにした。",
            "「これほどの規模の異動は見たことがない」と一人は語った。",
            "異動は三月に始まり、少なくとも九十日間続くという。",
        ],
        [
            "הסוכנות העבירה ביום שני ארבעים סוכנים מהגבול הצפוני אל העיר, כך מסרו שני בכירים.",
            '"מעולם לא ראינו העברה בהיקף כזה", אמר אחד מהם בריאיון לעיתון.',
            "ההעברות החלו במרץ ויימשכו לפחות תשעים יום, על פי מזכר פנימי.",
        ],
        [
            "די אַגענטור האָט מאָנטיק אַריבערגעפירט פערציק אַגענטן פֿון דער צפֿונדיקער גרענעץ אין שטאָט.",
            "די אַריבערפירונגען האָבן זיך אָנגעהויבן אין מאַרץ און וועלן דויערן נײַנציק טעג.",
        ],
    ],
    ids=["japanese", "hebrew", "yiddish"],
)
def test_scripts_without_latin_words_are_read(sentences: list[str]) -> None:
    markup = "".join(f"<p>{sentence}</p>" for sentence in sentences)

    assert len(paragraphs(f"<body>{NAV}<div>{markup}</div><div><a href=/1>עוד 他の記事</a></div></body>")) == len(
        sentences
    )


def test_a_page_built_by_scripts_is_read_from_what_it_declares() -> None:
    declared = "\n\n".join(f"{sentence} It was said {n} times." for n in range(3) for sentence in STORY)

    body = read("<body><div id=root></div></body>", declared)

    assert body.extractor == "json-ld"
    assert body.text == declared


def test_a_declared_teaser_does_not_shorten_the_story() -> None:
    assert paragraphs(f"<body>{NAV}<article>{PARAGRAPHS}</article></body>", STORY[0]) == STORY


def test_a_declared_body_outvotes_text_it_does_not_hold() -> None:
    extra = "<div><p>This newsroom is run by volunteers who meet on Tuesdays and who like to be written to.</p></div>"
    page = f"<body>{NAV}<div><div><div>{PARAGRAPHS * 2}</div></div>{extra}</div></body>"

    assert paragraphs(page, " ".join(STORY * 2)) == STORY


def test_a_hidden_copy_of_the_whole_text_is_not_read_twice() -> None:
    long = [f"{sentence} {sentence[:40]}, number {n}, was how they put it." for n in range(4) for sentence in STORY]
    page = f"<body><div>{' '.join(long)}</div><div>{''.join(f'<p>{p}</p>' for p in long)}</div></body>"

    assert paragraphs(page) == long


def test_program_text_left_by_broken_markup_is_no_paragraph() -> None:
    page = f'<body><div>{PARAGRAPHS}</div>window.__STATE__={{"a": "a story of state that is not for reading."}}</body>'

    assert paragraphs(page) == STORY


def test_footnote_marks_and_captions_are_not_read() -> None:
    page = (
        f'<body><article><p>{STORY[0]}<sup class="reference">[2]</sup></p><figure><img><figcaption>A caption that is '
        f"a full sentence, and then some.</figcaption></figure>{PARAGRAPHS[len(STORY[0]) + 7 :]}</article></body>"
    )

    assert paragraphs(page) == STORY


def test_table_rows_are_lines_of_their_cells() -> None:
    page = (
        f"<body><article>{PARAGRAPHS}<table><tr><th>Station</th><th>Agents</th></tr><tr><td>North</td><td>12</td></tr>"
        f"</table><p>{STORY[0]} Again.</p></article></body>"
    )

    assert paragraphs(page)[4:6] == ["Station | Agents", "North | 12"]


def test_links_of_the_text_are_absolute_and_in_order() -> None:
    page = (
        f'<body>{NAV}<article><p>{STORY[0]} <a href="/memo">The memo</a></p>{PARAGRAPHS}<p>{STORY[2]} See '
        f'<a href="https://agency.example/data?x=1">the <b>data</b></a> and <a href="mailto:a@b.example">write</a> or '
        f'<a href="javascript:alert(1)">click</a>, or <a href="http://[bad">break</a> it.</p></article></body>'
    )

    assert read(page).links == (
        Link(url="https://news.example/memo", text="The memo"),
        Link(url="https://agency.example/data?x=1", text="the data"),
    )


def test_links_stay_with_their_paragraph_when_breaks_cut_it() -> None:
    links = " ".join(f'<a href="/{n}">station number {n}</a>' for n in range(4))
    page = f"<body>{NAV}<div>{STORY[0]}<br><br>{STORY[1]}<br><br>{STORY[2]} They are {links}.</div></body>"

    assert paragraphs(page)[:2] == STORY[:2]
    assert len(read(page).links) == 4


def test_reading_leaves_the_tree_as_it_was() -> None:
    page = tree(
        f"<body>{NAV}<!-- c --><article>{PARAGRAPHS}<figure>x</figure><script>1</script></article>{CARDS}</body>"
    )
    before = etree.tostring(page)

    extract_body(page, url="https://news.example/", declared=" ".join(STORY))
    text_of(page)

    assert etree.tostring(page) == before


def test_text_of_a_chosen_element_keeps_text_and_drops_furniture() -> None:
    page = tree(
        "<body><div id=b><style>p{}</style><p>First line.</p><h2>Heading</h2><ul><li>One</li><li>Two</li></ul>"
        "<blockquote>Quoted words.</blockquote><table><tr><td>a</td><td>b</td></tr></table>"
        '<aside>Beside it.</aside><div class="related-links"><a href="/x">Other</a></div>'
        '<form class="newsletter"><p>Your address, please.</p></form><p class="secret">Dropped.</p>'
        "<figure><figcaption>Caption.</figcaption></figure><p>Last line.</p></div><p>Outside.</p></body>"
    )
    (element,) = page.cssselect("#b")

    assert text_of(element, drop=(".secret",)) == (
        "First line.\n\nHeading\n\nOne\n\nTwo\n\nQuoted words.\n\na | b\n\nLast line."
    )


def test_an_element_named_like_furniture_is_read_when_it_is_the_chosen_one() -> None:
    (element,) = tree("<body><div class='caption'><p>Chosen all the same.</p></div></body>").cssselect(".caption")

    assert body_of(element, url="https://news.example/").text == "Chosen all the same."


def test_an_empty_page_has_an_empty_body() -> None:
    assert read("<html></html>") == Body()


def test_no_text_is_longer_than_the_archive_keeps() -> None:
    page = f"<body><article>{''.join(f'<p>{n}. {STORY[0]}</p>' for n in range(4_000))}</article></body>"

    assert 190_000 < len(read(page).text) <= 200_000


markup = st.recursive(
    st.sampled_from([*STORY, "Home", "x", " ", "<br>", "<!-- c -->", "<img>", "\x02\x03\x1e\x1f", "&amp;"]),
    lambda inner: st.tuples(
        st.sampled_from(["p", "div", "a href=/x", "li", "ul", "td", "table", "h2", "span", "aside", "form", "article",
                         "blockquote", "div class=related", "section hidden", "b", "script", "nav"]),
        st.lists(inner, max_size=4),
    ).map(lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0].split()[0]}>"),
    max_leaves=25,
)  # fmt: skip


@given(markup, st.sampled_from(["", STORY[0], "<p>" + " ".join(STORY)]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_reading_is_total_and_clean(inner: str, declared: str) -> None:
    body = read(f"<body>{inner}</body>", declared)

    assert 0 <= body.confidence <= 1
    assert bool(body.text) == bool(body.extractor)
    assert not set(body.text) & set("\x02\x03\x04\x1e\x1f")
    assert all(line.strip() == line for line in body.text.split("\n\n"))
    assert all(link.url.startswith(("http://", "https://")) for link in body.links)


MANY = 100_000


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * MANY + "x",
        "<p>" + "<span>" * MANY + "x",
        "<div>x</div>" * MANY,
        "<p>short one here</p>" * MANY,
        "<p>" + "<a href=/x>word</a> " * MANY,
        "<p>" + "line of text<br>" * MANY,
        "<table>" + "<tr><td>a<td>b" * (MANY // 2),
        "<!-- x -->" * MANY,
        "<p>" + "a" * 5_000_000,
        f"<div class='{'related ' * MANY}'>",
        f"<p>{STORY[0]}</p>" * 20_000,
    ],
    ids=["nested blocks", "nested inlines", "blocks", "paragraphs", "links", "breaks", "rows", "comments", "one token",
         "a huge name", "repetition"],
)  # fmt: skip
def test_a_hostile_page_is_read_in_seconds(markup: str) -> None:
    page = tree(f"<body>{markup}{PARAGRAPHS}</body>")
    began = time.process_time()

    extract_body(page, url="https://news.example/")

    assert time.process_time() - began < 8
