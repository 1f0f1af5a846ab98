# SPDX-License-Identifier: Apache-2.0
"""Pictures with the rule's scores for the C++ twin's test, and with what transformers says of the judges.

tests/golden/shapes/: pictures.bin holds uint8 [n, 64, 64, 3] one after another, scores.tsv a line `score<TAB>caption`
for each. True, shuffled, noisy, blurred, merged and empty pictures, so that every branch is met.
tests/golden/judges/: eight pictures, each as rendered and worn (`N.png`, `N_worn.png`), and
expected.json, a list of rows: every picture with its caption, the rendered ones with an edited caption too.
"""
import json

import numpy as np
from PIL import Image, ImageFilter

from common import REPO, one_thread
from degrade import to_tensor
from judges import JUDGES, Clip, measure
from language import EDITS, edit, parse, random_scene
from render import render
from shapes import score
from train_clip import framed

GOLDEN = REPO / "tests" / "golden"
FOLDER, EACH, SEED = GOLDEN / "shapes", 8, 17


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


def worn(rng, image):
    """Soft, bleached and rough."""
    return noisy(rng, blurred(image, 1.2) * 0.6 + image.mean() * 0.4, 6)


def judged_rows(rng, pairs):
    """What the judges' test reads, and the pictures by name."""
    pictures, rows = {}, []
    for i, (image, caption) in enumerate(pairs):
        pictures |= {f"{i}.png": image, f"{i}_worn.png": worn(rng, image)}
        edited = edit(rng, parse(caption), EDITS[i]) or edit(rng, parse(caption), "colour")
        rows += [{"image": f"{i}.png", "caption": caption},
                 {"image": f"{i}.png", "caption": edited.caption()},
                 {"image": f"{i}_worn.png", "caption": caption}]
    return pictures, rows


def write_judged(folder, pictures, rows):
    folder.mkdir(parents=True, exist_ok=True)
    for name, image in pictures.items():
        Image.fromarray(image).save(folder / name)
    images, captions = np.stack([pictures[r["image"]] for r in rows]), [r["caption"] for r in rows]
    said = {name: measure(make(), images, captions) for name, make in JUDGES.items()}
    other = Clip("clip2")                        # HPSv2 resizes tensors where others resize bytes
    sized = lambda pixels, size: framed(to_tensor(pixels), size)
    said["hpsv2=world/clip2"] = measure(
        lambda pixels, told: (other.see(pixels, sized) * other.read(told)).sum(-1), images, captions)
    for i, row in enumerate(rows):
        row |= {name: float(values[i]) for name, values in said.items()}
    (folder / "expected.json").write_text(json.dumps(rows, indent=1) + "\n")


def main():
    rng = np.random.default_rng(SEED)
    rows = cases(rng)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "pictures.bin").write_bytes(np.stack([image for image, _ in rows]).tobytes())
    lines = [f"{score(image, caption):.12f}\t{caption}" for image, caption in rows]
    (FOLDER / "scores.tsv").write_text("\n".join(lines) + "\n")
    write_judged(GOLDEN / "judges", *judged_rows(rng, rows[:EACH]))


if __name__ == "__main__":
    one_thread()
    main()
