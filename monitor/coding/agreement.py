"""How far coders agree beyond chance: Cohen's kappa for two, Krippendorff's alpha for any number, with gaps.

Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20, 37-46.
Krippendorff, K. (2004). Content Analysis, 2nd ed., ch. 11; (2011). Computing Krippendorff's alpha-reliability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Value = Hashable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Over ``units`` judged by at least two coders: the share of pairs of values that are equal, kappa and alpha.

    ``kappa`` is None for other than two coders. Either is None where it is not defined: nothing to compare, or, for a
    measure of agreement beyond chance, only one value ever given.
    """

    units: int
    coders: tuple[str, ...]
    observed: float | None
    kappa: float | None
    alpha: float | None


def cohen_kappa(first: Sequence[Value], second: Sequence[Value]) -> float | None:
    """Cohen's kappa, (p_o - p_e) / (1 - p_e), over the units both coders judged (None: not judged), in [-1, 1].

    None when there is no such unit, or both gave one and the same value throughout, so that chance explains all.
    """
    pairs = [(one, other) for one, other in zip(first, second, strict=True) if one is not None and other is not None]
    if not pairs:
        return None
    many = len(pairs)
    agreed = sum(one == other for one, other in pairs)
    ours, theirs = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(count * theirs[value] for value, count in ours.items())  # times many²
    if by_chance == many * many:
        return None
    return (agreed * many - by_chance) / (many * many - by_chance)


def krippendorff_alpha(units: Iterable[Iterable[Value]]) -> float | None:
    """Krippendorff's alpha for nominal data, 1 - D_o / D_e, from each unit's values (None: that coder gave none).

    By coincidences: in a unit of m values each ordered pair counts 1 / (m - 1); units with fewer than two values do not
    count. At most 1; below 0 is systematic disagreement. None when nothing can be compared or all values are equal.
    """
    totals: Counter[Value] = Counter()
    disagreed = 0.0
    for unit in units:
        values = Counter(value for value in unit if value is not None)
        many = values.total()
        if many < 2:
            continue
        totals.update(values)
        disagreed += (many * many - sum(count * count for count in values.values())) / (many - 1)
    whole = totals.total()
    expected = whole * whole - sum(count * count for count in totals.values())
    if not expected:
        return None
    return 1.0 - (whole - 1) * disagreed / expected


def agreement(by_coder: Mapping[str, Sequence[Value]]) -> Agreement:
    """All measures for coders' values over the same units in the same order; None where a coder gave no value."""
    coders = tuple(by_coder)
    columns = list(by_coder.values())
    units = [[value for value in unit if value is not None] for unit in (zip(*columns, strict=True) if columns else ())]
    compared = [unit for unit in units if len(unit) > 1]
    pairs = [one == other for unit in compared for one, other in combinations(unit, 2)]
    return Agreement(
        units=len(compared),
        coders=coders,
        observed=sum(pairs) / len(pairs) if pairs else None,
        kappa=cohen_kappa(columns[0], columns[1]) if len(columns) == 2 else None,
        alpha=krippendorff_alpha(units),
    )
