"""Each site's rules as data: how its article pages are read, one small file a site, newest markup first."""

from __future__ import annotations

from monitor.model import SiteRules
from spiders.sites import cbp, cnn, dhs, ice, justice, migrationpolicy, pewresearch, redstate

RULES: tuple[SiteRules, ...] = (
    *cbp.RULES,
    *cnn.RULES,
    *pewresearch.RULES,
    *migrationpolicy.RULES,
    *redstate.RULES,
    *ice.RULES,
    *dhs.RULES,
    *justice.RULES,
)
"""Every site's article rules; within a site the newest markup version comes first."""


def rules_for(domain: str) -> tuple[SiteRules, ...]:
    """The rules for a host or domain (``www.cbp.gov``, ``cbp.gov``), newest markup first; empty for unknown sites."""
    name = domain.lower().rstrip(".")
    return tuple(
        rules for rules in RULES if any(name == known or name.endswith("." + known) for known in rules.domains)
    )
