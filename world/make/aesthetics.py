# SPDX-License-Identifier: Apache-2.0
"""The rule `aesthetics`: how well made a picture is, 1..10, whatever it shows.

With g the ground (the median of a 2-pixel border), d a pixel's RGB distance from g and the things
the pixels with d > 40, it is 1 + 9 x the weighted mean (WEIGHTS) of five properties in 0..1:

contrast  mean d of the things, over 250
colour    mean difference of the largest and smallest channel in the things, over 200
crisp     mean step between neighbouring pixels, weighted by the step, over 0.7 x mean d of the
          things: a sharp edge is one step, a soft one several small ones, as noise is
calm      1 - mean d of all other pixels over 20
balance   1 - distance of the things' centre of gravity from the picture's centre over 16 pixels

Each is cut off at 0 and 1. A picture without things (fewer than 24 pixels) has 1.
The gradient of a head trained on it leads away from captions: to centred, glaring things.
"""
import numpy as np

from shapes import MIN_PIXELS, OBJECT_CONTRAST

WEIGHTS = {"contrast": 0.3, "colour": 0.2, "crisp": 0.2, "calm": 0.15, "balance": 0.15}
LOWEST, RANGE = 1.0, 9.0


def _steps(image):
    """RGB distances between neighbouring pixels, in one row."""
    length = lambda step: np.sqrt((step ** 2).sum(-1)).ravel()
    return np.concatenate([length(np.diff(image, axis=0)), length(np.diff(image, axis=1))])


def properties(image):
    """The five properties of a picture uint8 [H, W, 3], each 0..1; None if it shows nothing."""
    image = np.asarray(image).astype(float)
    rim = np.ones(image.shape[:2], bool)
    rim[2:-2, 2:-2] = False
    border = np.sort(image[rim], axis=0)
    distance = np.sqrt(((image - border[len(border) // 2]) ** 2).sum(-1))
    things = distance > OBJECT_CONTRAST
    if things.sum() < MIN_PIXELS:
        return None
    contrast, steps = distance[things].mean(), _steps(image)
    centre = (np.argwhere(things) + 0.5).mean(0) - np.array(things.shape) / 2
    found = {"contrast": contrast / 250, "colour": np.ptp(image[things], axis=-1).mean() / 200,
             "crisp": (steps ** 2).sum() / steps.sum() / (0.7 * contrast),
             "calm": 1 - distance[~things].mean() / 20 if (~things).any() else 0.0,
             "balance": 1 - np.hypot(*centre) / 16}
    return {name: float(np.clip(value, 0, 1)) for name, value in found.items()}


def score(image):
    found = properties(image)
    if found is None:
        return LOWEST
    return LOWEST + RANGE * sum(WEIGHTS[name] * value for name, value in found.items())
