# SPDX-License-Identifier: Apache-2.0
"""What a person can mend."""


class Problem(Exception):
    """Shown as `study: <problem>. <what to do>.`; both parts come without their full stop."""

    def __init__(self, problem, advice):
        super().__init__(f"{problem}. {advice}.")


def pick(name, known, kind):
    """known[name], or a problem that says which names there are."""
    if name not in known:
        raise Problem(f"there is no {kind} {name}", f"Known are {', '.join(map(str, known))}")
    return known[name]
