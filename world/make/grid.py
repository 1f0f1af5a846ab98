# SPDX-License-Identifier: Apache-2.0
"""docs/world.png: held-out captions as the rule's world, the teacher and the LCM draw them."""
import numpy as np
import torch
from diffusers import LatentConsistencyModelPipeline, StableDiffusionPipeline
from PIL import Image, ImageDraw

from common import REPO, WORLD, one_thread
from language import parse
from measure import validation
from render import render

COLUMNS, ZOOM, GAP, SEED = 8, 2, 6, 3
ROWS = ["truth", "teacher", "LCM 8", "LCM 4"]


def drawn(captions):
    rng = np.random.default_rng(SEED)
    yield [render(rng, parse(c))[0] for c in captions]
    teacher = StableDiffusionPipeline.from_pretrained(WORLD / "teacher", dtype=torch.float32)
    lcm = LatentConsistencyModelPipeline.from_pretrained(WORLD / "lcm", dtype=torch.float32)
    for pipeline, steps, guidance in ((teacher, 20, 3.0), (lcm, 8, 8.0), (lcm, 4, 8.0)):
        pipeline.set_progress_bar_config(disable=True)
        generator = torch.Generator().manual_seed(SEED)
        yield [np.asarray(i) for i in pipeline(
            captions, height=64, width=64, num_inference_steps=steps, guidance_scale=guidance,
            generator=generator).images]


def wrapped(caption, width=22):
    lines = [""]
    for word in caption.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += word + " "
    return "\n".join(lines)


def main():
    captions = validation(COLUMNS)
    side, left, top = 64 * ZOOM, 60, 66
    sheet = Image.new("RGB", (left + COLUMNS * (side + GAP), top + len(ROWS) * (side + GAP)),
                      "white")
    pen = ImageDraw.Draw(sheet)
    for i, caption in enumerate(captions):
        pen.text((left + i * (side + GAP), 2), wrapped(caption), fill="black")
    for row, (name, images) in enumerate(zip(ROWS, drawn(captions))):
        y = top + row * (side + GAP)
        pen.text((4, y + side // 2), name, fill="black")
        for i, image in enumerate(images):
            tile = Image.fromarray(image).resize((side, side), Image.NEAREST)
            sheet.paste(tile, (left + i * (side + GAP), y))
    (REPO / "docs").mkdir(exist_ok=True)
    sheet.save(REPO / "docs" / "world.png")


if __name__ == "__main__":
    one_thread()
    main()
