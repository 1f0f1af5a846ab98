# SPDX-License-Identifier: Apache-2.0
"""The rule `shapes`: the share of a caption's facts that hold in a picture, from its pixels.

It is what "good" means in this world; model/rewards/shapes.cpp states the same rule in C++.
"""
import numpy as np

from language import BACKGROUNDS, COLOURS, SHAPES, parse
from render import CROSS_ARM, RING_HOLE, distance

BACKGROUND_REACH = 60     # RGB distance within which the border has a background's name
OBJECT_CONTRAST = 40      # RGB distance from the background that makes a pixel an object's
CORE = 0.5                # pixels beyond this share of the largest squared contrast name the colour
MIN_PIXELS = 24           # smaller spots are noise
MIN_OVERLAP = 0.75        # intersection over union below which a thing has no shape
SMALL_BELOW, VALID = 9.5, (5.0, 15.0)
# Area over r^2, and the centroid's offset downwards over r.
AREA = {"circle": np.pi, "square": 4.0, "triangle": 2.0, "diamond": 2.0,
        "cross": 8 * CROSS_ARM - 4 * CROSS_ARM ** 2, "ring": np.pi * (1 - RING_HOLE ** 2)}
DROP = {"triangle": 1 / 3}


def _components(mask):
    """Masks of the 4-connected parts of at least MIN_PIXELS pixels, in reading order."""
    label = np.zeros(mask.shape, int)
    found, (h, w) = [], mask.shape
    for start in zip(*np.nonzero(mask)):
        if label[start]:
            continue
        stack, pixels = [start], []
        label[start] = 1
        while stack:
            y, x = stack.pop()
            pixels.append((y, x))
            for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if 0 <= v < h and 0 <= u < w and mask[v, u] and not label[v, u]:
                    label[v, u] = 1
                    stack.append((v, u))
        if len(pixels) >= MIN_PIXELS:
            part = np.zeros(mask.shape, bool)
            part[tuple(np.array(pixels).T)] = True
            found.append(part)
    return found


def _nearest(pixels, palette):
    """Index of the nearest colour of a palette for each pixel, and the squared distances."""
    gaps = ((pixels[:, None, :] - np.array(list(palette.values()))[None]) ** 2).sum(-1)
    return gaps.argmin(1), gaps.min(1)


def _cover(image, part, others, ground, colour):
    """How much of each pixel in or next to `part` is of its colour (projection, 0..1)."""
    axis = colour - ground
    a = np.clip(((image - ground) @ axis) / max(axis @ axis, 1.0), 0, 1)
    near = part.copy()
    for _ in range(2):                                   # the anti-aliased rim lies outside
        grown = near.copy()
        grown[1:] |= near[:-1]
        grown[:-1] |= near[1:]
        grown[:, 1:] |= near[:, :-1]
        grown[:, :-1] |= near[:, 1:]
        near = grown
    return np.where(near & ~others, a, 0.0)


def _shape(a):
    """(shape or None, half box) whose rendering of equal area and centre overlaps `a` best."""
    h, w = a.shape
    xs, ys = np.arange(w) + 0.5, np.arange(h) + 0.5
    area = a.sum()
    cx, cy = (a.sum(0) @ xs) / area, (a.sum(1) @ ys) / area
    best = (-1.0, None, 0.0)
    for shape in SHAPES:
        r = np.sqrt(area / AREA[shape])
        y = ys[:, None] - (cy - DROP.get(shape, 0.0) * r)
        t = np.clip(0.5 - distance(shape, xs[None, :] - cx, y, r), 0, 1)
        overlap = np.minimum(a, t).sum() / np.maximum(a, t).sum()
        if overlap > best[0]:
            best = (overlap, shape, r)
    return (best[1] if best[0] >= MIN_OVERLAP else None), best[2], (cx, cy)


def look(image):
    """What stands in a picture: background name (or None), [dict per thing]."""
    image = np.asarray(image).astype(float)
    h, w, _ = image.shape
    rim = np.ones((h, w), bool)
    rim[2:-2, 2:-2] = False
    border = np.sort(image[rim], axis=0)
    ground = border[len(border) // 2]
    which, gap = _nearest(ground[None], BACKGROUNDS)
    name = list(BACKGROUNDS)[which[0]] if gap[0] <= BACKGROUND_REACH ** 2 else None
    mask = ((image - ground) ** 2).sum(-1) > OBJECT_CONTRAST ** 2
    parts, things = _components(mask), []
    for part in parts:
        pixels = image[part]
        far = ((pixels - ground) ** 2).sum(-1)
        pixels = pixels[far > CORE * far.max()]           # a blurred rim has mixed colours
        nearest, _ = _nearest(pixels, COLOURS)
        colour = np.bincount(nearest, minlength=len(COLOURS)).argmax()
        mean = pixels[nearest == colour].mean(0)
        a = _cover(image, part, mask & ~part, ground, mean)
        shape, r, centre = _shape(a)
        size = None if not VALID[0] <= r <= VALID[1] else "small" if r < SMALL_BELOW else "large"
        things.append({"colour": list(COLOURS)[colour], "shape": shape, "size": size,
                       "centre": centre})
    return name, things


def _holds(relation, a, b):
    dx, dy = b["centre"][0] - a["centre"][0], b["centre"][1] - a["centre"][1]
    if relation in ("above", "below"):
        dx, dy = dy, dx
    return abs(dx) > abs(dy) and (dx > 0) == (relation in ("left of", "above"))


def _thing_facts(wanted, seen):
    if seen is None or seen["colour"] != wanted.colour:
        return {"colour": 0, "shape": 0, "size": 0}
    return {"colour": 1, "shape": int(seen["shape"] == wanted.shape),
            "size": int(seen["size"] == wanted.size)}


def facts(image, caption):
    """[(kind, 0 or 1)] of every fact of the caption, under the assignment that holds most."""
    scene = parse(caption)
    name, things = look(image)
    fixed = [("background", int(name == scene.background)),
             ("count", int(len(things) == len(scene.things)))]
    options, best = [None, *things], None
    for a in options:
        found = list(_thing_facts(scene.things[0], a).items())
        for b in options if scene.relation else [None]:
            if b is not None and b is a:
                continue
            rows = list(found)
            if scene.relation:
                second = _thing_facts(scene.things[1], b)
                both = found[0][1] and second["colour"]
                rows += [*second.items(), ("relation", int(bool(
                    both and _holds(scene.relation, a, b))))]
            if best is None or sum(v for _, v in rows) > sum(v for _, v in best):
                best = rows
    return fixed + best


def score(image, caption):
    """The share of the caption's facts that hold, 0..1."""
    rows = facts(image, caption)
    return sum(v for _, v in rows) / len(rows)
