# SPDX-License-Identifier: Apache-2.0
"""The rule's figures for pictures of held-out captions, by kind of fact.

`measure.py teacher [guidance ...]` or `measure.py lcm [guidance ...]` reads the caches.
"""
import sys

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel

import tokenizer as world_tokenizer
from common import CACHE, WORLD, one_thread
from networks import draw_lcm, draw_teacher, pictures
from shapes import facts


def validation(count):
    return (WORLD / "validation.txt").read_text().splitlines()[:count]


def development(count):
    """Held-out captions to choose by: none of them is in validation.txt."""
    told = [str(c) for c in np.load(CACHE / "scenes_held.npz")["captions"]]
    shown = set(validation(None))
    return [c for c in dict.fromkeys(told) if c not in shown][:count]


def vae():
    final = CACHE / "vae_final"
    return AutoencoderKL.from_pretrained(final if final.exists() else CACHE / "vae")


def tally(images, captions):
    """Mean score, share of pictures with every fact right, and the share by kind of fact.

    Shape and size count only where the colour was found: they say what the thing looks like.
    """
    kinds, scores = {}, []
    for image, caption in zip(images, captions):
        rows, found = facts(image, caption), True
        scores.append(np.mean([v for _, v in rows]))
        for kind, value in rows:
            found = bool(value) if kind == "colour" else found
            if kind not in ("shape", "size") or found:
                kinds.setdefault(kind, []).append(value)
    figures = {"shapes": np.mean(scores), "all right": np.mean(np.array(scores) == 1)}
    figures |= {kind: np.mean(values) for kind, values in kinds.items()}
    return {k: round(float(v), 3) for k, v in figures.items()}


@torch.no_grad()
def encoded(text, captions):
    tokenizer = world_tokenizer.load()
    read = lambda c: text(world_tokenizer.encode(tokenizer, c)).last_hidden_state
    return read(captions), read([""])


def teacher_figures(unet, text, count=96, guidance=3.0, steps=20, seed=1):
    captions = validation(count)
    told, empty = encoded(text, captions)
    return tally(pictures(vae(), draw_teacher(unet, told, empty, guidance, steps, seed)), captions)


def lcm_figures(unet, text, count=96, guidance=4.0, steps=8, seed=1, captions=None):
    captions = captions or validation(count)
    told, _ = encoded(text, captions)
    return tally(pictures(vae(), draw_lcm(unet, told, guidance, steps, seed)), captions)


def main(kind, scales):
    text = CLIPTextModel.from_pretrained(CACHE / "text")
    unet = UNet2DConditionModel.from_pretrained(CACHE / kind / "unet")
    for scale in scales or [3.0]:
        if kind == "teacher":
            print(kind, "guidance", scale, teacher_figures(unet, text, guidance=scale), flush=True)
            continue
        for steps in (4, 8):
            print(kind, "guidance", scale, "steps", steps,
                  lcm_figures(unet, text, guidance=scale, steps=steps), flush=True)


if __name__ == "__main__":
    one_thread()
    main(sys.argv[1], [float(s) for s in sys.argv[2:]])
