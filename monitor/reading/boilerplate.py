"""Sentences that stand around stories and are not of them: calls to subscribe, share and read on, bylines, copyright.

Reading sees one page at a time, so what repeats across a site is known here by its wording. Edge patterns are only
asked of short paragraphs at the beginning and end of a text; interjections are labelled or mostly linked lines inside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
_CLOCK = r"\d{1,2}[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?|uhr)?"
_ZONE = r"\(?(?:[ecmp][sd]?t|gmt|utc|bst|cet|cest|[a-z]+ time)\)?"
_DATE = (
    rf"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
    rf"(?:{_MONTHS}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:\d{{4}})?|\d{{1,2}}\.?\s+(?:de\s+)?{_MONTHS}\.?,?\s+(?:de\s+)?\d{{4}}|"
    rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}})"
)
_STAMP = rf"(?:{_DATE}|{_CLOCK}|{_ZONE}|at|on|um|à|a las|[|•·,/()–—-]|\s)+"

# Lines that are furniture wherever they stand, linked or not.
_NOTICE = _any(
    r"^[\s\W]*advertisements?[\s\W]*$",
    r"^(?:article|story|content) continues (?:below|after)\b.{0,60}$",
    r"^scroll (?:down )?to (?:continue|keep reading)\b.{0,60}$",
    r"^(?:click|tap) here (?:to|for) (?:get|download|sign|subscribe|more|read|watch|follow|the)\b.{0,120}$",
    r"^(?:skip|jump) (?:to|past)\b.{0,60}$",
    r"^(?:thanks|thank you) to our sponsors?\b.{0,60}$",
    r"^(?:loading|please wait|sponsored|promoted|anzeige|werbung|publicité|publicidad|pubblicità|advertentie)[\s.…:]*$",
    r"^(?:this|your) (?:video|ad|advertisement) (?:will|can(?:no|')t)\b.{0,80}$",
    r"^to display this content from \w+,? you must\b",
    r"^sign up (?:here )?(?:for|to) (?:our|the|get|receive)\b.{0,160}(?:newsletters?|inbox|alerts?|e-?mails?|digest)\b.{0,60}$",
    r"^subscribe to (?:our|the)?\b.{0,120}(?:newsletters?|inbox|e-?mail|podcast|channel)\b.{0,80}$",
    r"^(?:get|want) .{3,120}(?:in|to) your (?:inbox|e-?mail)\b.{0,80}$",
    r"^(?:all rights reserved|tous droits réservés|alle rechte vorbehalten|todos los derechos reservados)\b.{0,120}$",
    r"^this (?:material|article|content|story) may not be (?:published|reproduced|reprinted|redistributed)\b",
    r"^by (?:signing up|subscribing|entering your e-?mail|clicking|submitting|completing this form)\b.{0,250}$",
)

# Labels that lead on to another story; believed when the line is mostly a link.
_LEADS_ON = _any(
    r"^[\s\W]*(?:related|read (?:more|also|next|the full)|also read|see also|more|more (?:on|from|in)|watch|listen|"
    r"don['’]t miss|recommended|must read|in case you missed it|you may (?:also )?like|up next|from the archives?|"
    r"lire aussi|à lire|voir aussi|lesen sie auch|mehr zum thema|siehe auch|lea también|lee también|ver también|"
    r"leggi anche|lees ook|leia também|קראו עוד|עוד בנושא)\b.{0,40}?[:|»>–—-]",
    r"^[\s\W]*(?:related|read more|also read|read also|see also|read next|lire aussi|lees ook|leggi anche|lea también)\b",
)

_HEAD = _any(
    rf"^(?:by|von|par|por|di|door|de|words by|written by|reported by|story by|text by|מאת)[\s:]+"
    r"(?!the\b|then\b|now\b|all\b)[^.!?]{2,110}$",
    rf"^(?:(?:first |originally |last |article )?(?:published|updated|posted|created|modified|aired|issued(?: on)?|publié|"
    rf"mis à jour|veröffentlicht|aktualisiert|publicado|actualizado|stand)(?: on| at| am| le| el)?[\s:|]*)+{_STAMP}$",
    rf"^{_DATE}{_STAMP}?$",
    r"^\d{1,3}\s*(?:-|\s)?(?:min(?:ute)?s?\.?|minuten|minutes?)\s*(?:read(?:ing time)?|de lecture|lesezeit|lectura)\.?$",
    r"^(?:share|print|e-?mail|save|comments?|tweet|copy link|facebook|twitter|x|whatsapp|linkedin|reddit|listen|"
    r"gift|bookmark|follow|teilen|partager|compartir|condividi|delen|[\s|,/•·])+(?:this (?:article|story|page|on))?[\s:.…]*$",
    r"^(?:listen to (?:this|the) (?:article|story)|audio by|this (?:audio|article) (?:is|was) (?:auto-?generated|read by))\b.{0,80}$",
    r"^(?:photo|image|picture|foto|bild|credit|photograph)s?(?: credit)?\s*(?:by|:|/|courtesy)\b.{0,160}$",
    r"^.{0,160}[(/]?\b(?:getty images|reuters|ap photo|afp|shutterstock|istock)(?:/[\w\s]+)?\)?\.?$",
    r"^(?:this is an archived article|this article (?:is|was) (?:more than|over|last updated)|"
    r"editor['’]?s? picks?)\b.{0,220}$",
    r"^add .{2,40} (?:on|to) google\b.{0,120}$",
)

_TAIL = _any(
    r"^[\s\W]*(?:©|\(c\)|&copy;|copyright\b)",
    r"\ball rights reserved\b",
    r"\bmay not be (?:published|reproduced|reprinted|redistributed|rewritten)\b",
    r"^(?:follow|like|join|find|connect with) (?:us|me|him|her|them|[A-Z]\w+ [A-Z]\w+|@?\w+) (?:on|at)\b.{0,200}$",
    r"^(?:follow|reach|contact|e-?mail|write to|tweet) .{0,80}@\w",
    r"\b(?:can be reached|reach (?:him|her|them|the (?:author|reporter|writer))|contact (?:the )?(?:author|reporter|writer)|"
    r"follow (?:him|her|them)|on (?:twitter|x|bluesky)(?: at)?:? @)\b",
    r"^(?:support|help (?:us|keep|support)|donate|become a|make a (?:donation|gift)|we (?:rely|depend|need)|"
    r"if you (?:value|appreciate|enjoy(?:ed)?|like(?:d)?|found)|like what you|did you (?:like|enjoy)|want more|"
    r"enjoy(?:ed)? this|thank you for (?:reading|subscribing|signing)|readers like you|your (?:support|donation|contribution)|"
    r"no paywall|free news|our (?:journalism|work|newsroom) (?:is|depends|relies)|local journalism|"
    r"you['’]ve just read|was this (?:article|story|page)|have (?:a|you got a|any) (?:tip|story|news tip|question)|"
    r"got a (?:tip|story)|send (?:us )?(?:your )?(?:tips|news)|share your|tell us|let us know|join the (?:conversation|discussion)|"
    r"leave a (?:comment|reply)|view (?:all )?comments|(?:read|see|show|post|add) (?:the |a |all )?comments?)\b.{0,400}$",
    r"^(?:sign up|subscribe|download|get) .{0,200}\b(?:newsletters?|inbox|app|e-?mails?|alerts?|headlines|updates)\b.{0,100}$",
    r"^(?:read more|see also|more (?:from|on|stories|news|coverage)|related(?: (?:stories|articles|topics|content|posts))?|"
    r"you (?:may|might) (?:also )?like|recommended|trending|most (?:read|popular|viewed)|up next|latest (?:news|stories)|"
    r"also read|read next|next (?:story|article|post)|previous (?:story|article|post)|share this|"
    r"lire aussi|à lire|mehr zum thema|lesen sie auch|lea también|leggi anche|lees ook)\b.{0,160}$",
    r"^(?:tags?|topics?|filed under|posted in|categor(?:y|ies)|keywords?|in this (?:story|article)|this article (?:is )?tagged|"
    r"related topics|schlagworte|mots-clés|etiquetas|temas|תגיות)\b\s*[:|]?.{0,200}$",
    r"^(?:report|suggest) (?:a |an )?(?:correction|error|typo)\b.{0,80}$",
    r"^(?:the )?(?:views|opinions)(?: and opinions)? expressed\b",
    r"\b(?:views|opinions) (?:expressed )?(?:in this|here|are) .{0,80}\b(?:author|writer|contributor|own)\b",
    r"^(?:our|these|this) (?:stories|article|story|work) (?:may be|can be|is) (?:republished|licensed)\b",
    r"^.{2,80}\bmay (?:earn|receive) (?:a |an )?(?:affiliate |small )?commission\b",
    r"^first published\b.{0,80}$",
    r"^(?:printed|this article appeared) in (?:the )?.{0,80}(?:edition|issue)\b.{0,60}$",
    r"^add .{2,40} (?:on|to|as) .{0,30}google\b.{0,120}$",
)
# Who wrote it, after the end: a name, "is", and a trade.
_BIOGRAPHY = re.compile(
    r"^(?:[-–—*•]\s*)?(?:(?:the )?(?:author|writer)|[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,4}),? (?:is|was|are|covers?|reports?|writes?) "
    r"(?:(?:on|about|for|from)\b|(?:an?|the) (?:[\w'’&,-]+ ){0,9}?(?:reporter|writer|journalist|editor|correspondent|columnist|"
    r"producer|photographer|photojournalist|fellow|contributor|author|intern|anchor|blogger|freelancer|host)\b)"
)
_REPORT_TRADE = re.compile(
    r"\b(?:covers?|covering|reports?|reporting|writes?|writing|joined|based in|previously|her work|his work)\b|@"
)


_CAPTION = _any(
    r"\((?:photo|photos|image|images|ap photo|file photo|courtesy|credit|screenshot|photograph|handout|foto|bild)\b[^()]{0,120}"
    r"(?:\([^()]{0,60}\)[^()]{0,60})?\)?[\W]*$",
    r"(?:photo|image|photos|picture|pictures)(?: by|:| courtesy)[^.!?]{2,80}(?:/|via|for)[^.!?]{2,60}[)\W]*$",
    r"\([^()]{2,60}(?:/|\bvia |\bfor )\s?(?:getty|ap|afp|reuters|the associated press|associated press|bloomberg|epa|upi|shutterstock)\b[^()]{0,40}\)?\W*$",
    r"[/|]\s?(?:getty images|afp|reuters|ap photo|shutterstock)\)?\W*$",
)


def is_caption(text: str) -> bool:
    """Whether a paragraph is a picture's caption by the credit it ends with."""
    return len(text) <= _LONGEST_EDGE and bool(_CAPTION.search(text[-200:]))


def is_interjection(text: str, *, linked: float) -> bool:
    """Whether a line inside a story is not of it: an advertisement's label, a call to read another story.

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
    return bool(_BIOGRAPHY.search(text) and _REPORT_TRADE.search(text))


def _has_words(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def trimmed(paragraphs: Sequence[str], headings: frozenset[int] | set[int] = frozenset()) -> range:
    """The positions left when furniture is taken off both ends; ``headings`` are positions of headings.

    Never more than a few paragraphs from either end, and never all of them.
    """
    start, stop = 0, len(paragraphs)
    while start < min(stop, _DEEPEST_EDGE) and is_head(paragraphs[start]):
        start += 1
    floor = max(start, stop - _DEEPEST_EDGE)
    # One unknown line between two known ones (a name under "About the author") goes with them.
    while stop > floor:
        last = paragraphs[stop - 1]
        if is_tail(last) or (stop - 1) in headings:
            stop -= 1
        elif (
            stop - 2 >= floor
            and len(last) < 80
            and not last.rstrip("\"'”’)").endswith((".", "!", "?"))
            and is_tail(paragraphs[stop - 2])
        ):
            stop -= 2
        else:
            break
    return range(start, stop) if stop > start else range(len(paragraphs))
