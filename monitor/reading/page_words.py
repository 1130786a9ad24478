"""The words by which walls, missing pages, consent notices and section fronts give themselves away.

Patterns only; what they prove, and how many of them it takes, is decided in ``pages``.
"""

from __future__ import annotations

import re


def _any(*alternatives: str, start: bool = False) -> re.Pattern[str]:
    joined = "|".join(alternatives)
    return re.compile(rf"^\W*(?:{joined})" if start else joined, re.IGNORECASE)


WALL_TITLE = _any(
    r"just a moment",
    r"one moment, please",
    r"(?:nur )?einen moment|un momento|un instant",
    r"please wait",
    r"attention required",
    r"access (?:is )?(?:temporarily )?(?:denied|restricted|blocked)|access to this page has been denied",
    r"pardon our interruption",
    r"please (?:verify|enable|turn on)|verify(?:ing)? (?:that )?you are|validate your browser|human verification",
    r"are you (?:a|not a) (?:robot|human)|robot or human|bot (?:verification|protection|check)",
    r"captcha|client challenge",
    r"security (?:check(?:point)?|verification)\b|vercel security",
    r"checking your browser",
    r"ddos-guard|sucuri website firewall",
    r"(?:sorry, )?you (?:have been|are) (?:blocked|unable to access)|blocked$",
    r"request (?:rejected|blocked)|(?:error: )?the request could not be satisfied",
    r"(?:error )?403\b(?: -)?(?: forbidden| error)?$|(?:403 )?forbidden|(?:401 )?unauthorized",
    r"error 10[0-2]\d\b",
    r"(?:429 )?too many requests",
    r"javascript (?:is )?(?:required|disabled|not (?:available|enabled))",
    r"(?:50[0-4] )?(?:service (?:temporarily )?unavailable|bad gateway|gateway time-?out|internal server error)",
    r"site (?:is )?(?:under|down for) maintenance|we'll be (?:right )?back",
    start=True,
)
"""Titles of bot walls and of servers' error pages."""

LOGIN_TITLE = _any(
    r"^(?:please )?(?:sign|log)[ -]?(?:in|on)\b",
    r"\b(?:wi-?fi|wlan|hotspot)\b|\bcaptive portal\b",
    r"\bnetwork (?:log[ -]?in|sign[ -]?in|access|authentication)\b",
)
"""Titles of log-in pages, those of a network that answers in every site's place among them."""

WALL_MARKS = _any(
    r"cf-browser-verification|cf_chl_opt|_cf_chl|challenge-platform|cf-error-details|cf-turnstile",
    r"px-captcha|_pxAppId|perimeterx",
    r"captcha-delivery\.com",
    r"_Incapsula_Resource|incap_ses|distil_r_captcha",
    r"awsWafCookieDomainList|AwsWafIntegration",
    r"ddos-guard|sucuri_cloudproxy",
    r"/_sec/cp_challenge|bm-verify",
    r"kpsdk|wsidchk",
    r"/httpservice/retry/enablejs",
    r"h-captcha|hcaptcha|g-recaptcha",
)
"""Traces of challenges in scripts, ids and addresses; real pages carry some of them as well."""

WALL_WORDS = _any(
    r"reference #[0-9a-f.]{8,}|ray id\b|incident id|request id:",
    r"unusual (?:traffic|activity)|automated (?:requests|access|traffic|queries)",
    r"you(?:'ve| have)? been blocked|don't have permission to access|your (?:ip|browser) (?:address )?(?:has been|is) ",
    r"(?:complete|solve) (?:the|this) (?:captcha|security)|press (?:&|and) hold",
    r"verify (?:that )?you(?:'re| are) (?:not a (?:robot|bot)|(?:a )?human)|not a robot",
    r"checking (?:your browser|if the site connection is secure)|site connection is secure|browser is being verified",
    r"(?:enable|turn on) (?:javascript|cookies|js)\b|javascript (?:is|to be) (?:disabled|required|enabled|not)",
    r"(?:requires|needs?) javascript",
)
"""What walls and shells without script say instead of a text."""

WALL_TARGET = _any(r"enablejs|captcha|challenge|verify")
"""Where the redirect of a challenge leads."""

MISSING = _any(
    r"(?:http )?(?:error )?404\b(?!\s*(?:days|years|people|million|\$))",
    r"(?:error\W+)?(?:the |this |that |your )?(?:requested )?(?:page|file|article|story|content|document|url|post|item)"
    r"(?: you (?:requested|are looking for|were looking for))?"
    r" (?:was |is |could |has |can)?(?:not (?:be )?(?:found|available)|been removed|cannot be found|missing|unavailable"
    r"|no longer (?:available|exists?)|does(?: not|n't) exist|isn't available)",
    r"not found\W*$|nothing (?:was )?found|no results (?:found|for)|object not found|error: not found|410 gone",
    r"(?:sorry|oops|uh[- ]oh|whoops)\b[^.]{0,60}(?:not|n't|no longer|nothing|gone|404|missing|wrong)",
    r"we can(?:'t|not|’t) (?:seem to )?find (?:the|that|this|what)",
    r"(?:die |diese )?seite (?:wurde |konnte )?nicht gefunden|beitrag nicht gefunden",
    r"page (?:introuvable|non trouv)|p[áa]gina (?:no|n[ãa]o) encontrada|pagina (?:non trovata|niet gevonden)",
    start=True,
)
"""How pages say that they are not there."""

CONSENT_TITLE = _any(
    r"before you continue|bevor sie (?:fortfahren|zu)|avant d.accéder",
    r"your privacy choices|we value your privacy|privacy (?:settings|preferences|consent|gate)|myprivacy",
    r"cookies? (?:consent|settings|preferences|policy wall|notice)|accept cookies|gdpr\b|consent$",
    r"datenschutz-?einstellungen|zustimmung|du hast die wahl|mit werbung weiterlesen",
    r"yahoo (?:is part of|ist teil|fait partie|est une|forma parte|fa parte)",
    start=True,
)
CONSENT_WORDS = _any(
    r"\b(?:cookies?|consent|privacy|gdpr|partners?|personal data)\b",
    r"\b(?:datenschutz|einwilligung|zustimm\w*|personenbezogene)\b",
)
CONSENT_HOST = _any(r"(?:consent|guce|cmp|privacy-?mgmt|myprivacy|zustimmung)\.", start=True)

PAYWALL_WORDS = _any(
    r"subscribe (?:now )?(?:to|for) (?:continue|read|keep reading|unlock|full|unlimited)|to (?:continue|keep) reading",
    r"(?:log|sign) ?in (?:or \w+ )?to (?:continue|read|view|access)|register to (?:continue|read)",
    r"(?:this|the) (?:article|story|content|post) is (?:for|only|available (?:only )?to|reserved|exclusive)",
    r"already a (?:subscriber|member)|subscribers? only|become a (?:subscriber|member) to",
    r"for (?:print |digital )?subscribers",
    r"you(?:'ve| have) (?:reached|used|read) (?:your|all)|free articles?|create (?:a|your) free account",
    r"purchase (?:a )?subscription|unlock this (?:article|story)",
    r"read the (?:full|rest of (?:the|this)) (?:article|story)",
    r"weiterlesen mit|jetzt (?:abonnieren|weiterlesen)|nur für abonnenten|réservé aux abonnés|solo para suscriptores",
)

REFRESH = re.compile(r"^\s*(\d{1,4})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?['\"]?(\S+)", re.IGNORECASE)
"""The content of a meta refresh that leads somewhere: seconds and address."""

LISTING_TEMPLATE = re.compile(
    r"(?:^|\s)(?:home|front-?page|archive|category|tag|search|search-results|author|blog|date|section-front|is-home"
    r"|path-frontpage|tax-[\w-]+|post-type-archive(?:-\w+)?|(?:page-)?node-type-landing-page)(?=\s|$)",
    re.IGNORECASE,
)
STORY_TEMPLATE = re.compile(
    r"(?:^|\s)(?:single|singular|single-[\w-]+|postid-\d+|(?:page-)?node-type-\w*(?:article|story|release|news|blog)\w*"
    r"|article(?:-page)?|story(?:-page)?)(?=\s|$)",
    re.IGNORECASE,
)
"""Classes that content systems give the body of a list's and of a story's page."""

POST_NUMBER = re.compile(r"(?:^|&)(?:p|id|post|article|story|aid|page_id)=", re.IGNORECASE)
PAGE_NUMBER = re.compile(r"(?:^|&)(?:page|paged|start|offset)=\d", re.IGNORECASE)
LISTING_PATH = re.compile(
    r"^/(?:[a-z]{2}(?:-[a-z]{2})?/)?"
    r"(?:(?:category|categories|tags?|topics?|sections?|authors?|search|archives?|label|keywords?|page)(?:/[^/]+){0,3}"
    r"|news|latest|latest-news|politics|world|us|business|opinion|sports?|newsroom|(?:press|news|media)-releases?|blog|all"
    r"|stories|articles|home|media|press|releases)/?$",
    re.IGNORECASE,
)
