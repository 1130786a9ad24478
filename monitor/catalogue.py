"""The catalogue: the sources Shiftwatch knows of, read from ``sources.toml`` beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from monitor.config_file import CatalogueFile, parse
from monitor.model import Source


@cache
def catalogue() -> Mapping[str, Source]:
    """Every known source by its id, in the catalogue's order: enabled, ready to enable, and refused."""
    text = files("monitor").joinpath("sources.toml").read_text("utf-8")
    tables = parse(text, CatalogueFile, name="sources.toml", trusted=True)
    return MappingProxyType({id: table.over(None, id) for id, table in tables.sources.items()})
