"""Class names and ids say furniture in the trade's own words, and nothing where a toolkit or a site uses them up."""

from __future__ import annotations

import pytest

from monitor.reading.bodies_names import Says, says


@pytest.mark.parametrize(
    "words",
    [
        "related-stories", "c-related__list", "RelatedArticles", "newsletter-signup", "article__share-tools", "ad-slot",
        "wp-caption-text", "more-from-author", "sidebar", "comments-list", "author-bio", "image_caption",
        "breadcrumbs", "site-footer", "you-may-like", "PullQuote", "sr-only-text", "paywall-prompt", "infobox vcard",
        "table-of-contents",
    ],
)  # fmt: skip
def test_furniture_is_known_by_name(words: str) -> None:
    assert says(words, "div") is Says.FURNITURE


@pytest.mark.parametrize("words", ["byline", "post-date", "elementor-widget", "hidden", "article-teaser", "credit"])
def test_doubtful_names_are_believed_of_short_texts_only(words: str) -> None:
    assert says(words, "div") is Says.WEAK


@pytest.mark.parametrize(
    "words",
    [
        "article-body", "story", "correlated", "overflow-hidden", "md:hidden", "has-sidebar", "is-full-print-container",
        "field--label-above", "download", "reader", "prose", "wkwp-paywall", "post-content",
        "category-newsletters", "tag-comments type-post",
    ],
)  # fmt: skip
def test_other_names_say_nothing(words: str) -> None:
    assert says(words, "div") is Says.NOTHING


def test_an_article_is_furniture_only_as_a_card_or_a_comment() -> None:
    assert says("newsletter-post post", "article") is Says.NOTHING
    assert says("related-card", "article") is Says.FURNITURE
    assert says("comment-body", "article") is Says.FURNITURE
    assert says("share-page", "main") is Says.NOTHING


def test_only_the_beginning_of_a_huge_name_is_looked_at() -> None:
    assert says("x" * 1_000_000 + " related", "div") is Says.NOTHING
