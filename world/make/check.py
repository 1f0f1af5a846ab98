# SPDX-License-Identifier: Apache-2.0
"""Proves that the folders load with plain diffusers and transformers, and prints the figures.

Everything is read from world/, nothing from the cache but the held-out pictures.
"""
import numpy as np
import torch
from diffusers import LatentConsistencyModelPipeline, StableDiffusionPipeline
from transformers import AutoProcessor

import aesthetics
from common import CACHE, WORLD, one_thread
from judges import JUDGES, Aesthetic, Clip, measure
from language import EDITS, edit, parse
from measure import tally, validation
from shapes import score
from train_aesthetic import check as held_out_scores

COUNT = 192


def rule():
    data = np.load(CACHE / "scenes_held.npz")
    images, captions = data["images"][:COUNT], [str(c) for c in data["captions"][:COUNT]]
    print("rule: truth %.3f, shuffled captions %.3f" % (
        np.mean([score(i, c) for i, c in zip(images, captions)]),
        np.mean([score(i, c) for i, c in zip(images, captions[1:] + captions[:1])])))
    return images, captions


def round_trip(vae, images, captions):
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float().div(127.5).sub(1)
    with torch.no_grad():
        y = torch.cat([vae.decode(vae.encode(p).latent_dist.mean).sample for p in x.split(32)])
    y = (y / 2 + 0.5).clamp(0, 1)
    psnr = -10 * np.log10((y - (x / 2 + 0.5)).square().mean().item())
    pixels = (y.permute(0, 2, 3, 1) * 255).round().byte().numpy()
    print("VAE round trip: PSNR %.1f" % psnr, tally(pixels, captions), flush=True)


def draw(pipeline, captions, **options):
    images = []
    for start in range(0, len(captions), 32):
        generator = torch.Generator().manual_seed(start)
        images += pipeline(captions[start:start + 32], height=64, width=64, generator=generator,
                           **options).images
    return [np.asarray(image) for image in images]


def pipelines(images, captions):
    wanted = validation(COUNT)
    teacher = StableDiffusionPipeline.from_pretrained(WORLD / "teacher", dtype=torch.float32)
    lcm = LatentConsistencyModelPipeline.from_pretrained(WORLD / "lcm", dtype=torch.float32)
    round_trip(lcm.vae, images, captions)
    for pipeline in (teacher, lcm):
        pipeline.set_progress_bar_config(disable=True)
    for guidance in (2.0, 3.0):
        drawn = draw(teacher, wanted, num_inference_steps=20, guidance_scale=guidance)
        print("teacher, 20 steps, guidance", guidance, tally(drawn, wanted), flush=True)
    for steps, guidance in ((8, 4.0), (8, 8.0), (4, 8.0), (1, 8.0)):
        drawn = draw(lcm, wanted, num_inference_steps=steps, guidance_scale=guidance)
        print("LCM,", steps, "steps, guidance", guidance, tally(drawn, wanted), flush=True)
        if steps == 8:
            agreement(np.stack(drawn), wanted)


def agreement(images, captions):
    """Correlations of the judges with the two rules and with each other, over drawn pictures."""
    said = {"shapes": np.array([score(i, c) for i, c in zip(images, captions)]),
            "aesthetics": np.array([aesthetics.score(i) for i in images])}
    said |= {name: measure(make(), images, captions) for name, make in JUDGES.items()}
    table = np.corrcoef(list(said.values()))
    for name, row in zip(said, table):
        print("  %-52s" % name, " ".join("%6.2f" % v for v in row), flush=True)


def near_misses(name, judge, images, captions):
    """What a judge gives truth, foreign and edited captions, and how often the truth wins."""
    rng, truth = np.random.default_rng(4), measure(judge, images, captions)
    print("%s: truth %.3f, random %.3f" % (
        name, truth.mean(), measure(judge, images, captions[-1:] + captions[:-1]).mean()))
    for kind in EDITS:
        pairs = [(i, e.caption()) for i, c in enumerate(captions)
                 if (e := edit(rng, parse(c), kind)) is not None]
        where = [i for i, _ in pairs]
        other = measure(judge, images[where], [c for _, c in pairs])
        print("  against %s: right %.3f, %.3f" % (
            kind, (truth[where] > other).mean(), other.mean()), flush=True)


@torch.no_grad()
def top_one(name, images, captions):
    AutoProcessor.from_pretrained(WORLD / name)
    clip = Clip(name)
    pairs = clip.see(images) @ clip.read(captions).T
    right = (pairs.argmax(1) == torch.arange(len(captions))).float().mean()
    print("%s: top-1 of %d %.2f, scale %.1f" % (
        name, len(captions), right, clip.model.logit_scale.exp()))


def judges(images, captions):
    for name, make in JUDGES.items():
        if not name.startswith("aesthetic"):
            near_misses(name, make(), images, captions)
    for name in ("clip", "clip2"):
        top_one(name, images, captions)
    if (WORLD / "aesthetic").exists():
        held_out_scores(Aesthetic())


if __name__ == "__main__":
    one_thread()
    held = rule()
    judges(*held)
    pipelines(*held)
