# SPDX-License-Identifier: Apache-2.0
"""The rule `aesthetics`: how vivid a picture is, 1..10, whatever it shows.

With g the ground (the median of a 2-pixel border), d a pixel's RGB distance from g (0..441) and the
things the pixels with d > 40, it is 1 + 9 (0.6 contrast + 0.4 colour), both cut off at 1:

contrast  mean d of the things, over 250
colour    mean difference of the largest and smallest channel in the things, over 200

A picture without things (fewer than 24 pixels) has 1.
"""
import numpy as np

from shapes import MIN_PIXELS, OBJECT_CONTRAST

WEIGHTS = {"contrast": 0.6, "colour": 0.4}
LOWEST, RANGE = 1.0, 9.0


def properties(image):
    """The properties of a picture uint8 [H, W, 3], each 0..1; None if it shows nothing."""
    image = np.asarray(image).astype(float)
    rim = np.ones(image.shape[:2], bool)
    rim[2:-2, 2:-2] = False
    border = np.sort(image[rim], axis=0)
    distance = np.sqrt(((image - border[len(border) // 2]) ** 2).sum(-1))
    things = distance > OBJECT_CONTRAST
    if things.sum() < MIN_PIXELS:
        return None
    found = {"contrast": distance[things].mean() / 250,
             "colour": np.ptp(image[things], axis=-1).mean() / 200}
    return {name: min(float(value), 1.0) for name, value in found.items()}


def score(image):
    found = properties(image)
    if found is None:
        return LOWEST
    return LOWEST + RANGE * sum(WEIGHTS[name] * value for name, value in found.items())
