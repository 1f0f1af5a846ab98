# SPDX-License-Identifier: Apache-2.0
"""What tables and figures are made of."""

from dataclasses import dataclass

from .problem import pick

DIVERGENCE = "divergence"


@dataclass(frozen=True)
class Group:
    """Runs that differ in their training seed only."""

    name: str
    runs: tuple  # their names
    steps: tuple  # those that all runs have; 0, the base, is the first
    scores: dict  # name, also "divergence" -> difference from the base [run, step, prompt]

    @property
    def seeds(self):
        return f"{len(self.runs)} seed{'s' if len(self.runs) > 1 else ''}"

    def score(self, name):
        return pick(name, self.scores, "score")


@dataclass(frozen=True)
class Study:
    groups: dict  # by name, in the order of the files
    bases: dict  # label -> {score: mean}
    scores: tuple  # those of all files, without the divergence
    divergence: str  # its kind

    @property
    def divergence_name(self):
        return "KL" if self.divergence == "kl" else self.divergence

    def group(self, name):
        return pick(name, self.groups, "group")

    def chosen(self, names):
        return [self.group(name) for name in names or self.groups]
