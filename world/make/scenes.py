# SPDX-License-Identifier: Apache-2.0
"""Draws the training pictures once, and writes the prompt lists.

Out: CACHE/scenes.npz (pictures, captions, layouts), world/prompts.txt, world/validation.txt.
"""
import numpy as np

from common import CACHE, SEED, WORLD
from language import held_out, random_scene
from render import render

TRAIN, HELD, PROMPTS, VALIDATION = 30000, 1000, 1536, 256


def draw(rng, count, held):
    images, layouts, captions = [], [], []
    while len(images) < count:
        scene = random_scene(rng)
        if held_out(scene) != held:
            continue
        image, layout = render(rng, scene)
        images.append(image)
        captions.append(scene.caption())
        layouts.append((layout + [(0.0, 0.0, 0.0)])[:2])
    return np.stack(images), np.array(captions), np.array(layouts, np.float32)


def prompts(rng, count, held):
    """Distinct captions, as many as asked for, of one side of the split."""
    found = {}
    while len(found) < count:
        scene = random_scene(rng)
        if held_out(scene) == held:
            found[scene.caption()] = None
    return list(found)


def main():
    rng = np.random.default_rng(SEED)
    for name, count, held in (("train", TRAIN, False), ("held", HELD, True)):
        images, captions, layouts = draw(rng, count, held)
        np.savez(CACHE / f"scenes_{name}.npz", images=images, captions=captions, layouts=layouts)
    for name, count, held in (("prompts", PROMPTS, False), ("validation", VALIDATION, True)):
        (WORLD / f"{name}.txt").write_text("\n".join(prompts(rng, count, held)) + "\n")


if __name__ == "__main__":
    main()
