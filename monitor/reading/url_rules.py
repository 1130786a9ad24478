"""What is known of addresses, as data: tracking parameters, wrappers, and each site's own habits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Parameters that say where a reader came from, never what is read. Compared in lower case.
TRACKING: Final = _words(
    """
    fbclid gclid gclsrc dclid gbraid wbraid gad gad_source gad_campaignid msclkid yclid ysclid twclid ttclid li_fat_id
    igshid igsh mibextid epik srsltid s_cid s_kwcid sc_cid sc_campaign sc_channel sc_content sc_country sc_geo sc_medium
    sc_outcome mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking vero_id vero_conv oly_anon_id oly_enc_id
    rb_clickid wickedid _openstat _ga _gl __s ss_source ss_campaign_id ss_campaign_name ss_email_id trk trkcampaign
    cmpid cmp cmpid_email campaign_id campaignid cid ncid icid ito nid_email smid smtyp smprod partner_id mod_sharing
    ref_src ref_url refsrc referer referrer share_id shareid sharedfrom shared_from sh source_id sr_share sref
    socialflow soc_src soc_trk spm spot_im_redirect_source spref feature_share taid tse_id xtor zanpid
    guccounter guce_referrer guce_referrer_sig soc_trk ncid amp_js_v amp_gsa usqp outputtype
    ftag ftcamp ns_mchannel ns_source ns_campaign ns_linkname ns_fee nbsapn wt.mc_id wt.z_nav
    emci emdi ceid e2ma sailthru_id sthash mc_cid mc_eid mc_tc email_source sms_source _branch_match_id _branch_referrer
    onwardjourney leadsource is_from_webapp sender_device web_id rcm dicbo xeng jsessionid phpsessid
    """
)
TRACKING_PREFIXES: Final = (
    "utm_",
    "at_",
    "pk_",
    "mtm_",
    "matomo_",
    "piwik_",
    "hsa_",
    "itm_",
    "stm_",
    "__cft__",
    "__tn__",
)

# Addresses that only carry another one: host (and any subdomain), start of the path, parameters that hold the target.
WRAPPERS: Final = (
    ("google.com", "/url", ("url", "q")),
    ("google.com", "/imgres", ("imgrefurl",)),
    ("facebook.com", "/l.php", ("u",)),
    ("facebook.com", "/flx/warn", ("u",)),
    ("instagram.com", "/", ("u",)),
    ("umblr.com", "/redirect", ("z",)),
    ("out.reddit.com", "/", ("url",)),
    ("bing.com", "/news/apiclick.aspx", ("url",)),
    ("safelinks.protection.outlook.com", "/", ("url",)),
    ("youtube.com", "/redirect", ("q",)),
    ("slack-redir.net", "/link", ("url",)),
    ("exit.sc", "/", ("url",)),
    ("vk.com", "/away.php", ("to",)),
    ("leaks.linkedin.com", "/redir", ("url",)),
    ("linkedin.com", "/redir/redirect", ("url",)),
)

# Hosts whose path holds another address whole, and what stands before it.
CARRIERS: Final = (
    ("web.archive.org", re.compile(r"/web/[0-9]{1,14}\*?(?:[a-z]{2}_)?/")),
    ("web.archive.org", re.compile(r"/save/(?:_embed/)?")),
    ("archive.org", re.compile(r"/(?:wayback/)?web/[0-9]{1,14}\*?(?:[a-z]{2}_)?/")),
    ("webarchive.loc.gov", re.compile(r"/[a-z]{2,20}/[0-9]{1,14}(?:[a-z]{2}_)?/")),
    ("wayback.archive-it.org", re.compile(r"/[0-9a-z]{1,20}/[0-9]{1,14}(?:[a-z]{2}_)?/")),
    ("archive.today", re.compile(r"/(?:[0-9]{1,14}|newest|oldest)/")),
    ("archive.ph", re.compile(r"/(?:[0-9]{1,14}|newest|oldest)/")),
    ("archive.is", re.compile(r"/(?:[0-9]{1,14}|newest|oldest)/")),
    ("google.com", re.compile(r"/amp/(?=[^/])(?:s/)?")),
    ("cdn.ampproject.org", re.compile(r"/[a-z]/(?:s/)?")),
    ("bing-amp.com", re.compile(r"/[a-z]/(?:s/)?")),
    ("urldefense.com", re.compile(r"/v3/__")),
)

# Feedburner's addresses can only be opened on the network; the feed itself names the true one beside them.
REDIRECTORS: Final = ("feedproxy.google.com", "feeds.feedburner.com", "rss.cnn.com", "feedblitz.com", "rss.nytimes.com")

# Share buttons are furniture, not citations.
SHARING: Final = (
    ("facebook.com", ("/sharer", "/share", "/dialog/")),
    ("twitter.com", ("/intent/", "/share", "/home")),
    ("x.com", ("/intent/", "/share", "/home")),
    ("linkedin.com", ("/sharearticle", "/sharing/", "/cws/share")),
    ("pinterest.com", ("/pin/create",)),
    ("reddit.com", ("/submit",)),
    ("tumblr.com", ("/share", "/widgets/share")),
    ("whatsapp.com", ("/send",)),
    ("wa.me", ("/",)),
    ("telegram.me", ("/share",)),
    ("t.me", ("/share",)),
    ("flipboard.com", ("/bookmarklet",)),
    ("bsky.app", ("/intent/",)),
    ("threads.net", ("/intent/",)),
    ("addtoany.com", ("/",)),
    ("addthis.com", ("/",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAddresses:
    """One site's habits. ``hosts`` maps a host that shows the same pages to the one that is kept.

    ``https``: plain http is the same page. ``slash``: the site ends its directories in a slash and redirects to that.
    ``drop`` are further tracking parameters; ``strip`` are starts of paths that do not change what is shown;
    ``story`` finds, in a path, the part that names the story whatever stands around it.
    """

    hosts: dict[str, str]
    https: bool = True
    slash: bool = False
    drop: frozenset[str] = frozenset()
    strip: tuple[str, ...] = ()
    story: re.Pattern[str] | None = None


_N_NUMBER: Final = re.compile(r"-(n[0-9]{5,9})$")  # the Townhall family numbers its stories; slugs follow the headline

SITES: Final[dict[str, SiteAddresses]] = {
    "cbp.gov": SiteAddresses(hosts={"cbp.gov": "www.cbp.gov"}),
    "ice.gov": SiteAddresses(hosts={"ice.gov": "www.ice.gov"}),
    "dhs.gov": SiteAddresses(hosts={"dhs.gov": "www.dhs.gov"}, strip=("/archive/",)),
    "justice.gov": SiteAddresses(
        hosts={"justice.gov": "www.justice.gov"}, strip=("/archives/",)
    ),
    "cnn.com": SiteAddresses(
        hosts=dict.fromkeys(
            ("cnn.com", "edition.cnn.com", "us.cnn.com", "amp.cnn.com", "m.cnn.com", "lite.cnn.com"), "www.cnn.com"
        ),
        drop=_words("eref hpt hptt iid iref ref sr source xid rss no-st c ls video dtrk profile_tracking"),
        strip=("/cnn/",),
    ),
    "pewresearch.org": SiteAddresses(
        hosts={"pewresearch.org": "www.pewresearch.org"}, slash=True, drop=frozenset({"source"})
    ),
    "migrationpolicy.org": SiteAddresses(hosts={"migrationpolicy.org": "www.migrationpolicy.org"}),
    "redstate.com": SiteAddresses(hosts={"www.redstate.com": "redstate.com"}, drop=frozenset({"ref"}), story=_N_NUMBER),
    "townhall.com": SiteAddresses(hosts={"www.townhall.com": "townhall.com"}, drop=frozenset({"ref"}), story=_N_NUMBER),
    "foxnews.com": SiteAddresses(
        hosts={"foxnews.com": "www.foxnews.com", "amp.foxnews.com": "www.foxnews.com"},
        drop=_words("intcmp cmpid dicbo refresh test"),
    ),
    "apnews.com": SiteAddresses(
        hosts={"www.apnews.com": "apnews.com"}, drop=_words("user utm prx_t _ptid"),
        story=re.compile(r"-([0-9a-f]{32})$"),
    ),
    "reuters.com": SiteAddresses(hosts={"reuters.com": "www.reuters.com", "mobile.reuters.com": "www.reuters.com"}),
}  # fmt: skip
