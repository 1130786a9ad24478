"""The linear model over signals: weights from a shipped file, a sum that can be printed term by term."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def weights() -> Mapping[str, float]:
    """Signal -> weight, as trained by ``bench/train_shifts.py`` around hand-set priors."""
    text = (files("monitor.coding") / "weights.toml").read_text(encoding="utf-8")
    return {str(name): float(value) for name, value in tomllib.loads(text)["weights"].items()}


def score(signals: Mapping[str, float], table: Mapping[str, float] | None = None) -> float:
    """The sum of weight times value; above 0 means a shift (log-odds)."""
    known = weights() if table is None else table
    return sum([known.get(name, 0.0) * value for name, value in signals.items()])


def contributions(signals: Mapping[str, float]) -> list[tuple[str, float]]:
    """What each signal added, largest effect first."""
    parts = [(name, weights().get(name, 0.0) * value) for name, value in signals.items()]
    return sorted((part for part in parts if part[1]), key=lambda part: -abs(part[1]))
