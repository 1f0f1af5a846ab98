# SPDX-License-Identifier: Apache-2.0
"""Pictures with the rule's scores for the C++ twin's test: tests/golden/shapes/.

pictures.bin holds uint8 [n, 64, 64, 3] one after another, scores.tsv a line `score<TAB>caption`
for each. True, shuffled, noisy, blurred, merged and empty pictures, so that every branch is met.
"""
import numpy as np
from PIL import Image, ImageFilter

from common import REPO
from language import random_scene
from render import render
from shapes import score

FOLDER, EACH, SEED = REPO / "tests" / "golden" / "shapes", 8, 17


def blurred(image, radius):
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(radius)))


def noisy(rng, image, level):
    return np.clip(image + rng.normal(0, level, image.shape), 0, 255).astype(np.uint8)


def cases(rng):
    drawn = lambda: (lambda scene: (render(rng, scene)[0], scene.caption()))(random_scene(rng))
    pairs = [drawn() for _ in range(5 * EACH)]
    shuffled = [(pairs[i][0], pairs[i + 1][1]) for i in range(EACH)]
    soft = [(blurred(image, 1.0 + 0.1 * i), c) for i, (image, c) in enumerate(pairs[EACH:2 * EACH])]
    rough = [(noisy(rng, image, 8 + 3 * i), c)
             for i, (image, c) in enumerate(pairs[2 * EACH:3 * EACH])]
    mixed = [((pairs[i][0] // 2 + pairs[i + 1][0] // 2), pairs[i][1])
             for i in range(3 * EACH, 4 * EACH)]
    empty = [(np.full((64, 64, 3), 128, np.uint8), pairs[0][1])]
    return pairs[:EACH] + shuffled + soft + rough + mixed + empty


def main():
    rng = np.random.default_rng(SEED)
    rows = cases(rng)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "pictures.bin").write_bytes(np.stack([image for image, _ in rows]).tobytes())
    lines = [f"{score(image, caption):.12f}\t{caption}" for image, caption in rows]
    (FOLDER / "scores.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
