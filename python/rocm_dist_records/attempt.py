# SPDX-License-Identifier: Apache-2.0
"""The rank files of one attempt, side by side."""

import re
import warnings

import numpy as np

from .rank_file import RankFile


class Attempt:
    """A step counts once all ranks have it."""

    def __init__(self, folder):
        self.ranks = _rank_files(folder)
        lengths = [len(rank.steps) for rank in self.ranks]
        self.steps = self.ranks[0].steps[: min(lengths)] if self.ranks else np.empty(0, np.int64)

    @property
    def samples(self):
        return sum(rank.samples for rank in self.ranks)

    def read(self, name, rows, samples, rest):
        """Increasing `rows` and `samples` (places in the batch) of a growing variable."""
        parts, first = [], 0
        for rank in self.ranks:
            own = samples[(samples >= first) & (samples < first + rank.samples)] - first
            if len(own) > 0:
                step = int(own[1] - own[0]) if len(own) > 1 else 1
                parts.append(rank.read(name, rows, [slice(int(own[0]), int(own[-1]) + 1, step), *rest]))
            first += rank.samples
        return np.concatenate(parts, axis=1)


def attempt_folders(path):
    """Of a run folder, its trajectories folder, or one attempt; oldest first."""
    if _is_attempt(path):
        return [path]
    if (path / "trajectories").is_dir():
        path = path / "trajectories"
    return sorted(filter(_is_attempt, path.glob("attempt-*")), key=_number)


def _is_attempt(folder):
    return re.fullmatch(r"attempt-\d+", folder.name) is not None


def _number(path):
    return int(path.stem.split("-")[1])


def _rank_files(folder):
    """All of them, or none: a job that is starting has not made all, and a lost one leaves holes."""
    try:
        ranks = [RankFile(path) for path in sorted(folder.glob("rank-*.h5"), key=_number)]
    except (OSError, KeyError) as error:
        warnings.warn(f"{folder}: left out, a rank's file cannot be read (yet): {error}")
        return []
    if ranks and len(ranks) != ranks[0].attributes["world_size"]:
        warnings.warn(f"{folder}: left out, {len(ranks)} of {ranks[0].attributes['world_size']} files are there")
        return []
    return ranks
