# SPDX-License-Identifier: Apache-2.0
"""equal_proxy: the truth of groups at equal gain of the proxy, however many steps that took."""

import numpy as np

from .bootstrap import interval, means, where_reached
from .problem import Problem


def rows(study, proxy, truth, against, at=None, groups=None):
    reference = study.group(against)
    places = _checked(at) if at else _grid(reference, proxy)
    others = [group for group in study.chosen(groups) if group.name != against]
    standard = _truth_at(reference, proxy, truth, places)
    result = [_row(f"{against} minus base", reference, proxy, truth, standard)]
    for group in others:
        found = _truth_at(group, proxy, truth, places)
        gap = {place: found[place] - standard[place] for place in places}
        result.append(_row(f"{group.name} minus {against}", group, proxy, truth, gap))
    return result


def _truth_at(group, proxy, truth, places):
    """{proxy difference: truth difference, estimate and resamples}; NaN where a resample does not get there."""
    curve, other = (means(group.score(name), group.name) for name in (proxy, truth))
    return {place: where_reached(curve, place, other) for place in places}


def _row(label, group, proxy, truth, samples):
    cells = {f"{truth} at {proxy} {place:+.4g}": interval(rows) for place, rows in samples.items()}
    return {"group": label, "seeds": group.seeds, **cells}


def _grid(reference, proxy):
    """Four places up to below the reference's best, in two digits."""
    best = reference.score(proxy).mean(axis=(0, 2)).max()
    if not best > 0:
        raise Problem(f"{reference.name} does not raise {proxy}", "Name places with --at, or another group")
    return [float(f"{place:.2g}") for place in np.linspace(0, best, 6)[1:-1]]


def _checked(places):
    for place in places:
        if not place > 0:
            raise Problem(f"--at {place:g} is where the base is, or below", "Give proxy differences above 0")
    return places
