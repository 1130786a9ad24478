"""Sentences that stand around stories and are not of them: calls to subscribe, share and read on, bylines, copyright.

Reading sees one page at a time, so what repeats across a site is known here by its wording. Edge patterns are only
asked of short paragraphs at the two ends of a text; interjections are labelled or mostly linked lines inside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_LONGEST_EDGE = 500
_LONGEST_INTERJECTION = 300
_DEEPEST_EDGE = 12  # paragraphs looked at from either end


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|"
    r"juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|"
    r"octubre|noviembre|diciembre)"
)
# No two parts of these may match the same characters in two ways: they are repeated, and must not explode.
_CLOCK = r"\d{1,2}[:.]\d\d(?::\d\d)?(?:\s?(?:[ap]\.?m\b\.?|uhr))?"
_ZONE = r"(?:[ecmp][sd]?t|gmt|utc|bst|cet|cest|(?:eastern|central|mountain|pacific|local) time)\b"
_DATE = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
    rf"(?:{_MONTHS}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?|"
    rf"\d{{1,2}}\.?\s+(?:de\s+)?{_MONTHS}\.?,?\s+(?:de\s+)?\d{{4}}|"
    r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
)
_STAMP = rf"(?:{_DATE}|{_CLOCK}|{_ZONE}|updated|at|on|um|à|a las|[|•·,/()–—-]|\s)+"

# Lines that are furniture wherever they stand, linked or not.
_NOTICE = _any(
    r"^[\s\W]*advertisements?[\s\W]*$",
    r"^(?:article|story|content) continues (?:below|after)\b.{0,60}$",
    r"^scroll (?:down )?to (?:continue|keep reading)\b.{0,60}$",
    r"^(?:click|tap) here (?:to (?:get|download|sign|subscribe|follow)|for the)\b.{0,120}"
    r"\b(?:app|newsletters?|e-?mails?|alerts?|inbox|twitter|facebook|subscribe|sign up)\b.{0,40}$",
    r"^(?:para leer|lea|lee|leer) (?:esta|este) (?:historia|artículo|nota|noticia)\b.{0,60}$",
    r"^read (?:this |it )?(?:story |article )?in (?:spanish|english|french|german|arabic|hebrew|yiddish|chinese)\b"
    r".{0,40}$",
    r"^(?:skip|jump) (?:to|past) (?:the )?(?:main |next )?(?:content|navigation|section|footer|newsletter)\b.{0,40}$",
    r"^(?:loading|please wait|sponsored|promoted|anzeige|werbung|publicité|publicidad|pubblicità|advertentie)[\s.…:]*$",
    r"^getting your .{0,40}\bplayer ready[\s.…]*$",
    r"^(?:thanks|thank you) to our sponsors?\b.{0,60}$",
    r"^(?:this|your) (?:video|ad|advertisement) (?:will|can(?:no|')t)\b.{0,80}$",
    r"^to display this content from \w+,? you must\b",
    r"^sign up (?:here )?(?:for|to) (?:our|the|get|receive)\b.{0,160}"
    r"\b(?:newsletters?|inbox|alerts?|e-?mails?|digest)\b.{0,120}$",
    r"\b(?:quick|tax-deductible|monthly|one-time|recurring) (?:\w+ )?donation\b",
    r"^subscribe to (?:our|the)?\b.{0,120}\b(?:newsletters?|inbox|e-?mail|podcast|channel)\b.{0,80}$",
    r"^(?:get|want) .{3,120}\b(?:in|to) your (?:inbox|e-?mail)\b.{0,80}$",
    r"^(?:all rights reserved|tous droits réservés|alle rechte vorbehalten|todos los derechos reservados)\b.{0,120}$",
    r"^this (?:material|article|content|story) may not be (?:published|reproduced|reprinted|redistributed)\b",
    r"^by (?:signing up|subscribing|entering your e-?mail|clicking|submitting|completing this form)\b"
    r".{0,160}\b(?:you|i) (?:agree|consent|accept|acknowledge)\b.{0,160}$",
)

# Labels that lead on to another story; believed when the line is mostly a link.
_LEADS_ON = _any(
    r"^[\s\W]*(?:related|read (?:more|also|next|the full)|also read|see also|more|more (?:on|from|in)|watch|listen|"
    r"don['’]t miss|recommended|must read|in case you missed it|you may (?:also )?like|up next|from the archives?|"
    r"lire aussi|à lire|voir aussi|lesen sie auch|mehr zum thema|siehe auch|lea también|lee también|ver también|"
    r"leggi anche|lees ook|leia também|קראו עוד|עוד בנושא)\b.{0,40}?[:|»>–—-]",
    r"^[\s\W]*(?:related|read more|also read|read also|see also|read next|lire aussi|lees ook|leggi anche|"
    r"lea también)\b",
)

# The credit a caption ends with.
_CAPTION = _any(
    r"\((?:ap |file )?(?:photos?|images?|courtesy|credit|screenshot|photograph|handout|foto|bild)\b[^()]{0,120}"
    r"(?:\([^()]{0,60}\)[^()]{0,60})?\)?\W*$",
    r"\b(?:photo|image|picture)s?(?: by|:| courtesy)[^.!?]{2,80}(?:/|\bvia\b|\bfor\b)[^.!?]{2,60}$",
    r"\([^()]{2,60}(?:/|\bvia |\bfor )\s?(?:getty|ap|afp|reuters|(?:the )?associated press|bloomberg|epa|upi|"
    r"shutterstock)\b[^()]{0,40}\)?\W*$",
    r"[/|]\s?(?:getty images|afp|reuters|ap photo|shutterstock)\)?\W*$",
)

_HEAD = _any(
    r"^(?:by|von|par|por|di|door|words by|written by|reported by|story by|text by|מאת)[\s:]+"
    r"(?!the\b|then\b|now\b|all\b)(?:[^.!?]|\b[A-Z]\.){2,110}$",
    r"^(?:(?:first |originally |last |article )?(?:published|updated|posted|created|modified|aired|issued(?: on)?|"
    r"publié|mis à jour|veröffentlicht|aktualisiert|publicado|actualizado|stand)(?: on| at| am| le| el)?[\s:|]*)+"
    rf"{_STAMP}$",
    rf"^{_DATE}(?:{_STAMP})?$",
    r"^\d{1,3}[\s-]*(?:min(?:ute)?s?\.?|minuten)\s*(?:read(?:ing time)?|de lecture|lesezeit|de lectura)\.?$",
    r"^(?:share|print|e-?mail|save|comments?|tweet|copy link|facebook|twitter|x|whatsapp|linkedin|reddit|listen|"
    r"gift|bookmark|follow|teilen|partager|compartir|condividi|delen|[\s|,/•·])+"
    r"(?:this (?:article|story|page|on))?[\s:.…]*$",
    r"^(?:listen to (?:this|the) (?:article|story)|audio by|this (?:audio|article) (?:is|was) (?:auto-?generated|"
    r"read by))\b.{0,80}$",
    r"^(?:photo|image|picture|foto|bild|credit|photograph)s?(?: credit)?\s*(?:by\b|:|/|courtesy\b).{0,160}$",
    r"^.{0,160}\bgetty images\)?$",
    r"^(?:this is an archived article|this article (?:is|was) (?:more than|over|last updated))\b.{0,220}$",
    r"^add .{2,40} (?:on|to) google\b.{0,120}$",
)

_TAIL = _any(
    r"^[\s\W]*(?:©|\(c\)|copyright (?:©|\(c\)|\d{4}|by\b))",
    r"\ball rights reserved\b",
    r"\bmay not be (?:published|reproduced|reprinted|redistributed|rewritten|broadcast)\b",
    r"^(?:follow|like|join|find|connect with) (?:us|me|him|her|them|@?\w+|\w+ \w+|\w+ \w+ \w+) on "
    r"(?:twitter|x|facebook|instagram|bluesky|linkedin|tiktok|threads|youtube|mastodon|truth|google|social)\b.{0,200}$",
    r"^(?:follow|reach|contact|e-?mail|write to|tweet) .{0,80}@\w",
    r"\b(?:can be reached (?:at|by|on)|reach (?:him|her|them) (?:at|on|by)|"
    r"(?:reach|contact|e-?mail) the (?:author|reporter|writer)|follow (?:him|her|them) (?:on|at|@)|"
    r"on (?:twitter|x|bluesky)(?: at)?:? @)",
    r"^support (?:us|our|independent|local|quality|free|nonprofit|this)\b.{0,400}$",
    r"^(?:help (?:us|keep|support)|donate (?:now|today|here|to)|become a (?:\w+ )?(?:member|subscriber|supporter|donor|"
    r"patron)|make a (?:\w+[ -])*(?:donation|gift|contribution)|we (?:rely|depend) on)\b.{0,400}$",
    r"^if you (?:value|appreciate|enjoy(?:ed)?|liked?|found) (?:this|what|our|the)\b.{0,400}$",
    r"^(?:like what you|did you (?:like|enjoy) this|want more (?:stories|news|like)|enjoy(?:ed)? this|"
    r"thank you for (?:reading|subscribing|signing)|thanks for reading|readers like you|"
    r"your (?:support|donation|contribution|gift) (?:helps?|makes?|will|allows?|means?|keeps?)|no paywall|"
    r"our (?:journalism|newsroom) (?:is|depends|relies)|local journalism is|you['’]ve just read|"
    r"was this (?:article|story|page) (?:helpful|useful)|(?:have|got) (?:you got )?(?:a|any) (?:news |story )?tips?\b|"
    r"send (?:us )?(?:your )?(?:tips|news tips)|join the (?:conversation|discussion)|leave a (?:comment|reply)|"
    r"(?:view|read|see|show|post|add) (?:the |a |all )?comments?)\b.{0,400}$",
    r"\bsign up (?:here |now )?for .{0,60}\bnewsletters?\b",
    r"^(?:download|get) the .{0,30}\bapp\b.{0,300}$",
    r"\bdonate (?:now|today|here)\b",
    r"^follow .{2,80} at https?://\S+$",
    r"^[\w'’ ]{2,40}: https?://\S+$",
    r"^(?:sign up|subscribe|download|get) .{0,200}\b(?:newsletters?|inbox|our app|news app|free app|e-?mails?|alerts?|"
    r"headlines)\b.{0,100}$",
    r"^(?:read more|see also|also read|read also|read next|up next|related|lire aussi|à lire(?: aussi)?|mehr zum thema|"
    r"lesen sie auch|lea también|leggi anche|lees ook)(?:\s*[:|»>–—].{0,160}|[\s.…]*)$",
    r"^(?:more|related|other|latest|recent|similar|recommended|trending|popular|featured|most (?:read|popular|viewed))"
    r"(?: (?:from|on|in|about)\b.{0,60}| (?:stories|news|articles|topics|content|posts|coverage|reading|now|videos?|"
    r"documents|links|files))?[\s:]*$",
    r"^(?:you (?:may|might) (?:also )?(?:like|enjoy)|(?:next|previous) (?:story|article|post)|share this)\b.{0,160}$",
    r"^(?:tags?|topics?|filed under|posted in|categor(?:y|ies)|keywords?|in this (?:story|article)|"
    r"this (?:article|story) (?:is )?tagged|related topics|schlagworte|mots-clés|etiquetas|temas|תגיות)\b"
    r"(?:\s*[:|].{0,200}| (?:with|under)?.{0,80}[^.!?])?$",
    r"^(?:report|suggest) (?:a |an )?(?:correction|error|typo)\b.{0,80}$",
    r"^(?:the )?(?:views|opinions)(?: and opinions)? expressed\b",
    r"\b(?:views|opinions) (?:expressed )?(?:in this|here|are) .{0,80}\b(?:author|writer|contributor|own)\b",
    r"^(?:our|these) (?:stories|articles|work) (?:may be|can be|is|are) (?:republished|licensed)\b",
    r"^.{2,80}\bmay (?:earn|receive) (?:a |an )?(?:affiliate |small )?commission\b",
    r"^(?:.{0,30} )?first published\b.{0,80}$",
    r"^(?:printed|this article appeared) in (?:the )?.{0,80}\b(?:edition|issue)\b.{0,60}$",
    r"^add .{2,40} (?:on|to|as) .{0,30}google\b.{0,120}$",
)
# Headings of what follows a story.
_SECTION = _any(
    r"^[\W_]*(?:more|related|other|latest|recent|similar|recommended|trending|popular|featured|top|"
    r"most (?:read|popular|viewed))(?: (?:\w+ )?(?:stories|news|articles|topics|content|posts|coverage|reading|"
    r"headlines|videos?|documents|links|files))?(?: (?:from|on|in|about)\b.{0,60})?[\s:]*$",
    r"^[\W_]*(?:you (?:may|might) (?:also )?(?:like|enjoy)|read (?:more|next|also)|also read|up next|see also|"
    r"further reading|external links|about the authors?|comments|leave a (?:comment|reply)|lire aussi|à lire aussi|"
    r"mehr zum thema|lesen sie auch|lea también|leggi anche|lees ook)[\s:]*$",
)
_SECTION_SHARE = 0.25  # what follows such a heading is cut off when its unlinked text is no more of the whole than this
# Who wrote it, after the end: a name, "is", and a trade.
_BIOGRAPHY = re.compile(
    r"^(?:[-–—*•]\s*)?(?:(?:[Tt]he )?(?:author|writer)|[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,4}),? "
    r"(?:(?:covers|reports on|writes (?:about|for))\b|(?:is|was|are) (?:(?:an?|the) )?(?:[\w'’&,-]+ ){0,9}?"
    r"(?:reporter|writer|journalist|editor|correspondent|columnist|producer|photographer|photojournalist|fellow|"
    r"contributor|author|intern|anchor|blogger|freelancer|host)\b)"
)
_TRADE = re.compile(
    r"\b(?:covers?|covering|reports|reporting|writes|writing|joined|based in|previously|(?:her|his|their) work|"
    r"(?:reporter|writer|journalist|editor|correspondent|columnist|fellow|contributor) (?:for|at|with|of))\b|@"
)


def is_caption(text: str) -> bool:
    """Whether a paragraph is a picture's caption, by the credit it ends with."""
    return len(text) <= _LONGEST_EDGE and bool(_CAPTION.search(text[-200:]))


def is_interjection(text: str, *, linked: float) -> bool:
    """Whether a line inside a story is not of it: an advertisement's label, a caption, a call to read another story.

    ``linked`` is the share of its characters that are link, 0..1.
    """
    if is_caption(text):
        return True
    if len(text) > _LONGEST_INTERJECTION:
        return False
    if _NOTICE.search(text):
        return True
    if linked >= 0.4 and _LEADS_ON.search(text):
        return True
    # Capitals throughout and all of it a link: how some desks set their calls to read on.
    return linked >= 0.9 and len(text) > 20 and text.isupper()


def is_head(text: str) -> bool:
    """Whether a paragraph before a story's first is a byline, a date, a share bar or the like."""
    return len(text) <= _LONGEST_EDGE and bool(_HEAD.search(text) or _NOTICE.search(text) or not _has_words(text))


def is_tail(text: str) -> bool:
    """Whether a paragraph after a story's last is a copyright line, an appeal, a biography, tags or the like."""
    if len(text) > _LONGEST_EDGE:
        return False
    if _TAIL.search(text) or _NOTICE.search(text) or not _has_words(text):
        return True
    return bool(_BIOGRAPHY.search(text) and _TRADE.search(text))


def trimmed(
    paragraphs: Sequence[str], headings: Collection[int] = frozenset(), linked: Collection[int] = frozenset()
) -> range:
    """The positions left when furniture is taken off both ends.

    ``headings`` are the positions of headings, ``linked`` those of paragraphs that are nothing but a link.

    Never more than a dozen paragraphs from either end, and never all of them.
    """
    start, stop = 0, len(paragraphs)
    while start < min(stop, _DEEPEST_EDGE) and is_head(paragraphs[start]):
        start += 1
    stop = _before_section(paragraphs, start, linked)
    floor = max(start, stop - _DEEPEST_EDGE)
    while stop > floor:
        last = paragraphs[stop - 1]
        if stop - 1 in headings or is_tail(last):
            stop -= 1
        # A line that is no sentence, under one that is furniture (a name under "About the author"), goes with it.
        elif stop - 2 >= floor and len(last) < 80 and not _ends(last) and is_tail(paragraphs[stop - 2]):
            stop -= 2
        else:
            break
    return range(start, stop) if stop > start else range(len(paragraphs))


def _before_section(paragraphs: Sequence[str], start: int, linked: Collection[int]) -> int:
    """The position of a heading that opens the furniture after a story, else the end."""
    room = _SECTION_SHARE * sum(map(len, paragraphs))
    after = 0
    found = len(paragraphs)
    for n in range(len(paragraphs) - 1, start, -1):
        text = paragraphs[n]
        after += 0 if n in linked else len(text)
        if after > room:
            break
        if len(text) <= 80 and _SECTION.search(text):
            found = n
    return found


def _ends(text: str) -> bool:
    return text.rstrip("\"'”’») ").endswith((".", "!", "?", "…", "。", "！", "？", ":"))


def _has_words(text: str) -> bool:
    return any(letter.isalnum() for letter in text)
