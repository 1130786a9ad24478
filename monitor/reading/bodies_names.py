"""What the class and id of an element say about it, in the trade's own words: furniture, perhaps furniture, nothing."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache


class Says(Enum):
    """What a name says of its element. WEAK furniture is believed of short texts only."""

    NOTHING = 0
    WEAK = 1
    FURNITURE = 2


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


# Single words; a name is cut into words at hyphens, underscores and capitals, so that "related" is met in
# ``c-related__list`` and in ``RelatedStories`` and not in ``correlated``.
_FURNITURE_WORDS = _words(
    # advertising
    "ad ads adv advert adverts advertisement advertising advertorial adslot adunit adsense dfp gpt sponsor sponsored",
    "sponsors promo promos promobox promotion promotional outbrain taboola zergnet dianomi revcontent",
    # other stories
    "related relatedposts jp-relatedposts recirc recirculation recommend recommended recommendation recommendations",
    "suggested suggestions trending popular mostpopular mostread upnext readnext teasers",
    # letters and money
    "newsletter newsletters subscribe subscription subscriptions signup donate donation donations optin",
    "mailchimp fundraising",
    # sharing and talking
    "share shares sharing sharebar sharetools sharethis social socials socialmedia sharedaddy addthis addtoany",
    "facebook whatsapp comment comments commentlist disqus livefyre replies respond reactions",
    # getting about
    "breadcrumb breadcrumbs nav navbar navigation menu submenu toolbar pagination pager skiplink sidebar rail footer",
    "masthead topbar taglist toc",
    # under pictures
    "caption captions figcaption gallery galleries slideshow slideshows carousel lightbox",
    # tags, windows, notices
    "tags keywords cookie cookies consent gdpr modal popup popover tooltip noprint copyright feedback captcha survey",
    # encyclopaedias
    "infobox navbox reflist references catlinks hatnote editsection thumbcaption gallerybox ambox",
    # players
    "jwplayer brightcove videoplayer videojs",
)
# Believed only of short texts: sites hang these on paragraphs of the story, too.
_WEAK_WORDS = _words(
    "byline bylines dateline timestamp pubdate author authors contributor contributors bio biography credit credits",
    "attribution tag topics categories metadata meta date dates teaser header foot legal disclaimer quiz poll rating",
    "print banner overlay widget widgets",
)
_FURNITURE_PAIRS = re.compile(
    r"(?:more|also|read|see|next|most|latest|other|top|you-may|dont-miss|keep)-(?:from|on|stories|story|news|articles|"
    r"posts|links|like|read|viewed|popular|headlines|coverage|next|more|also|reading|in|miss)\b|"
    r"(?:author|writer|reporter|article|post|entry|story|content)-(?:bio|info|tags?|footer|tools|actions|"
    r"utility|share|social|nav|navigation|related|aside|sidebar|recirc|promo)\b|"
    r"(?:email|mail|news)-?(?:signup|sign-up|form|capture|alerts?)\b|sign-up|call-to-action|\bcta\b|"
    r"(?:link|links|card|story|headline|headlines)-?(?:list|stack|grid|feed|package|related)\b|about-(?:the-)?author|"
    r"author-(?:box|card|block|profile)|print-only|screen-?reader|sr-only|visually-?hidden|caption-text|"
    r"(?:image|photo|media|picture|video|img)-?(?:caption|credit|credits|meta|info|source|title|description)\b|"
    r"pull-?quotes?\b|key-?points-nav|site-(?:header|footer)|page-(?:header|footer)|global-(?:header|footer)|"
    r"(?:paywall|regwall)-(?:prompt|block|message|banner|modal|overlay|cta|promo|offer|container)\b|"
    r"table-of-contents|back-to-top|skip-(?:to|link)"
)
# Whole tokens of layout toolkits that only look like words of the list.
_TOOLKIT = re.compile(r"^(?:[a-z0-9-]+:.*|(?:overflow|no|has|is|with|hide|type|tag|category)-.*|.*[\[\]/].*)$")
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CUT = re.compile(r"[\s_:.-]+")
# Readers' words are never the story, however much of the page they fill.
READERS = re.compile(r"comment|repl(?:y|ies)|respon[ds]|disqus|discussion", re.IGNORECASE)
# What an <article> may be, other than the story.
_CARDS = re.compile(r"relat|recirc|recommend|promo|comment|repl(?:y|ies)|sponsor|advert|popular|trending|teaser")
_HIDING = frozenset({"hidden", "hide", "d-none", "visually-hidden", "visuallyhidden", "sr-only", "screen-reader-text"})


def says(words: str, tag: str) -> Says:
    """What a class and id together say of an element; at most 400 characters of them are looked at."""
    name = _says(words[:400])
    if name is Says.NOTHING or tag not in ("article", "main", "body", "html"):
        return name
    if tag == "article" and name is Says.FURNITURE and _CARDS.search(words.lower()):
        return name
    return Says.NOTHING


@lru_cache(maxsize=16_384)
def _says(words: str) -> Says:
    tokens = words.split()
    weak = False
    for token in tokens:
        name = _CAPITALS.sub("-", token).lower()
        if name in _HIDING:
            weak = True
            continue
        if _TOOLKIT.match(name):
            continue
        parts = _CUT.split(name)
        if not _FURNITURE_WORDS.isdisjoint(parts) or _FURNITURE_PAIRS.search("-".join(parts)):
            return Says.FURNITURE
        if not _WEAK_WORDS.isdisjoint(parts):
            weak = True
    return Says.WEAK if weak else Says.NOTHING
