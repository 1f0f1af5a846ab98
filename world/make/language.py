# SPDX-License-Identifier: Apache-2.0
"""The world's closed language: scenes as data, captions as text, and the way between them.

A caption is `a SIZE COLOUR SHAPE [RELATION a SIZE COLOUR SHAPE] on a BACKGROUND background`.
"""
import dataclasses
import re
import zlib

SHAPES = ["circle", "square", "triangle", "diamond", "cross", "ring"]
SIZES = ["small", "large"]
COLOURS = {
    "red": (215, 40, 45), "green": (45, 160, 60), "blue": (45, 80, 225),
    "yellow": (245, 215, 50), "orange": (245, 130, 30), "purple": (140, 55, 185),
    "cyan": (55, 205, 220), "pink": (250, 155, 195),
}
BACKGROUNDS = {"white": (245, 245, 245), "grey": (128, 128, 128), "black": (18, 18, 18),
               "brown": (100, 68, 42)}
RELATIONS = ["left of", "right of", "above", "below"]
OPPOSITE = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}


@dataclasses.dataclass(frozen=True)
class Thing:
    size: str
    colour: str
    shape: str

    def __str__(self):
        return f"a {self.size} {self.colour} {self.shape}"


@dataclasses.dataclass(frozen=True)
class Scene:
    """What a caption says: one thing, or two with a relation (first RELATION second)."""

    things: tuple
    relation: str | None
    background: str

    def caption(self):
        middle = f" {self.relation} {self.things[1]}" if self.relation else ""
        return f"{self.things[0]}{middle} on a {self.background} background"

    def placed(self):
        """The same picture told from the left or from above: (axis, first thing, second thing)."""
        if self.relation is None:
            return "none", self.things[0], None
        first, second = self.things
        if self.relation in ("right of", "below"):
            first, second = second, first
        return ("across" if self.relation in ("left of", "right of") else "down"), first, second


_THING = (rf"a ({'|'.join(SIZES)}) ({'|'.join(COLOURS)}) ({'|'.join(SHAPES)})")
_CAPTION = re.compile(rf"{_THING}(?: ({'|'.join(RELATIONS)}) {_THING})?"
                      rf" on a ({'|'.join(BACKGROUNDS)}) background")


def parse(caption):
    """Scene of a caption; ValueError if it is not of the language. Case and spaces do not count."""
    match = _CAPTION.fullmatch(" ".join(caption.lower().split()))
    if not match:
        raise ValueError(f"not a caption of this world: {caption!r}")
    g = match.groups()
    things = (Thing(*g[0:3]),) + ((Thing(*g[4:7]),) if g[3] else ())
    return Scene(things, g[3], g[7])


def held_out(scene):
    """One picture in ten is never trained on, whichever way round its caption tells it."""
    axis, first, second = scene.placed()
    return zlib.crc32(f"{axis}|{first}|{second}|{scene.background}".encode()) % 10 == 0


def random_scene(rng, single=0.22):
    """A scene drawn with numpy's generator; two things differ in colour."""
    pick = lambda options: options[rng.integers(len(options))]
    colours = list(COLOURS)
    thing = lambda colour: Thing(pick(SIZES), colour, pick(SHAPES))
    first, second = rng.choice(len(colours), 2, replace=False)
    background = pick(list(BACKGROUNDS))
    if rng.random() < single:
        return Scene((thing(colours[first]),), None, background)
    return Scene((thing(colours[first]), thing(colours[second])), pick(RELATIONS), background)


def _edited_thing(rng, thing, kind, taken):
    if kind == "size":
        return dataclasses.replace(thing, size="small" if thing.size == "large" else "large")
    options = SHAPES if kind == "shape" else [c for c in COLOURS if c not in taken]
    options = [o for o in options if o != getattr(thing, kind)]
    return dataclasses.replace(thing, **{kind: options[rng.integers(len(options))]})


def edit(rng, scene, kind):
    """A near miss: `scene` with one fact changed (kinds: EDITS); None if the scene lacks it."""
    things = list(scene.things)
    if kind == "background":
        options = [b for b in BACKGROUNDS if b != scene.background]
        return dataclasses.replace(scene, background=options[rng.integers(len(options))])
    if kind in ("size", "shape", "colour"):
        which = rng.integers(len(things))
        taken = {t.colour for t in things}
        things[which] = _edited_thing(rng, things[which], kind, taken)
        return dataclasses.replace(scene, things=tuple(things))
    if scene.relation is None:
        return None
    if kind == "relation":
        return dataclasses.replace(scene, relation=OPPOSITE[scene.relation])
    if kind == "axis":
        other = RELATIONS[2:] if scene.relation in RELATIONS[:2] else RELATIONS[:2]
        return dataclasses.replace(scene, relation=other[rng.integers(2)])
    attribute = {"swap colours": "colour", "swap shapes": "shape"}[kind]
    a, b = (getattr(t, attribute) for t in things)
    if a == b:
        return None
    things = [dataclasses.replace(t, **{attribute: v}) for t, v in zip(things, (b, a))]
    return dataclasses.replace(scene, things=tuple(things))


EDITS = ["colour", "shape", "size", "background", "relation", "axis", "swap colours",
         "swap shapes"]
