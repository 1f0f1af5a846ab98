# SPDX-License-Identifier: Apache-2.0
"""Pictures of scenes: signed distances with one pixel of anti-aliasing, in tight places.

Tight places matter: where objects may stand anywhere, the relation word explains little of the
picture and a small model does not learn it.
"""
import numpy as np

from common import IMAGE_SIZE
from language import BACKGROUNDS, COLOURS

RADIUS = {"small": 7.5, "large": 11.5}   # half the box; +-0.5
RING_HOLE = 0.55                         # inner radius over outer radius
CROSS_ARM = 0.36                         # half the arm's width over the half box


def distance(shape, x, y, r):
    """Signed distance (pixels, negative inside) of a shape that fills the box [-r, r]^2."""
    ax, ay = np.abs(x), np.abs(y)
    if shape == "circle":
        return np.sqrt(x * x + y * y) - r
    if shape == "square":
        return np.maximum(ax, ay) - r
    if shape == "diamond":
        return (ax + ay - r) * np.sqrt(0.5)
    if shape == "triangle":                       # apex above, base below
        return np.maximum(y - r, (2 * ax - y - r) / np.sqrt(5.0))
    if shape == "cross":
        arm = CROSS_ARM * r
        return np.minimum(np.maximum(ax - r, ay - arm), np.maximum(ax - arm, ay - r))
    length = np.sqrt(x * x + y * y)               # ring
    return np.maximum(length - r, RING_HOLE * r - length)


def coverage(shape, cx, cy, r, size=IMAGE_SIZE):
    """Share of each pixel that the shape covers, [size, size], rows first."""
    grid = np.arange(size) + 0.5
    return np.clip(0.5 - distance(shape, grid[None, :] - cx, grid[:, None] - cy, r), 0, 1)


def place(rng, scene):
    """Centres [(x, y)] and half boxes of the things of a scene."""
    radii = [RADIUS[t.size] + rng.uniform(-0.5, 0.5) for t in scene.things]
    middle = IMAGE_SIZE / 2
    if scene.relation is None:
        return [tuple(middle + rng.uniform(-8, 8, 2))], radii
    sign = 1 if scene.relation in ("left of", "above") else -1
    centres = []
    for side in (-sign, sign):
        along = middle + side * (15.5 + rng.uniform(-1.5, 1.5))
        off = middle + rng.uniform(-4, 4)
        centres.append((along, off) if scene.relation in ("left of", "right of") else (off, along))
    return centres, radii


def render(rng, scene):
    """A picture uint8 [64, 64, 3] and its layout [(cx, cy, r)]."""
    jitter = lambda rgb: np.asarray(rgb, float) + rng.uniform(-4, 4, 3)
    image = np.broadcast_to(jitter(BACKGROUNDS[scene.background]), (IMAGE_SIZE, IMAGE_SIZE, 3))
    centres, radii = place(rng, scene)
    for thing, (cx, cy), r in zip(scene.things, centres, radii):
        a = coverage(thing.shape, cx, cy, r)[..., None]
        image = image * (1 - a) + a * jitter(COLOURS[thing.colour])
    layout = [(cx, cy, r) for (cx, cy), r in zip(centres, radii)]
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), layout
