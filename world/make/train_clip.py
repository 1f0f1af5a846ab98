# SPDX-License-Identifier: Apache-2.0
"""The reward, and its held-out judge: CLIPModels trained contrastively, with near misses as hard
negatives. `train_clip.py` makes world/clip; `train_clip.py clip2` makes world/clip2, of another seed,
other sizes and another patch, which has also seen pictures as generators spoil them.

Contrast among the batch alone teaches colours and little else; so each picture is also set against
captions with one fact changed (language.EDITS); both embeddings must name the facts through one
shared, throw-away set of classifiers; and each patch must say what it shows. Position embeddings
start loud: quiet ones leave "which of the two is left" a coin toss for very long.
Out: CACHE/clip, CACHE/clip2.
"""
import dataclasses
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from transformers import CLIPConfig, CLIPModel, CLIPTextModel

import tokenizer as world_tokenizer
from common import CACHE, IMAGE_SIZE, SEED, Meter, cosine, one_thread
from degrade import spoil, to_tensor
from language import EDITS, edit, parse
from train_text import FACTS, HEADS, KINDS, numbers, shown, text_config

BATCH, RATE, EDITS_EACH = 48, 1e-3, 3
MAX_SCALE, FACT_WEIGHT, CELL_WEIGHT = 40.0, 1.0, 0.5
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)
# Relations and swaps need the most practice: they ask what stands where, not what there is.
ODDS = {"colour": 1, "shape": 2, "size": 1.5, "background": 0.5, "relation": 2, "axis": 0.5,
        "swap colours": 1.5, "swap shapes": 1.5}


@dataclasses.dataclass(frozen=True)
class Size:
    """One CLIP: its text encoder, its seeds, and the sizes of its tower."""

    text: str
    seed: int
    draws: int          # seed of the pictures and edits drawn
    steps: int
    width: int
    layers: int
    heads: int
    image_size: int     # pixels; other pictures are resized
    patch: int          # pixels
    spoilt: bool        # trained on spoilt pictures, not only on slightly worn ones

    @property
    def side(self):
        return self.image_size // self.patch


SIZES = {"clip": Size("text", SEED, 11, 1400, 96, 4, 4, 64, 8, False),
         "clip2": Size("text2", SEED + 1, 12, 1200, 80, 5, 5, 60, 10, True)}


def new_clip(tokenizer, size):
    config = CLIPConfig(
        text_config=text_config(tokenizer, KINDS[size.text]).to_dict(), projection_dim=size.width,
        logit_scale_init_value=float(np.log(10.0)),
        vision_config={"hidden_size": size.width, "intermediate_size": 4 * size.width,
                       "patch_size": size.patch, "num_hidden_layers": size.layers,
                       "num_attention_heads": size.heads, "image_size": size.image_size,
                       "projection_dim": size.width, "hidden_act": "quick_gelu"})
    model = CLIPModel(config)
    text = CLIPTextModel.from_pretrained(CACHE / size.text).state_dict()
    inner = getattr(model.text_model, "text_model", model.text_model)
    inner.load_state_dict({k.removeprefix("text_model."): v for k, v in text.items()})
    nn.init.normal_(model.vision_model.embeddings.position_embedding.weight, std=0.5)
    nn.init.normal_(model.vision_model.embeddings.patch_embedding.weight, std=0.05)
    return model


class Facts(nn.Module):
    """Linear questions asked of either embedding."""

    def __init__(self, width):
        super().__init__()
        self.ask = nn.Linear(width, sum(FACTS.values()))
        self.cell = nn.Linear(width, sum(HEADS.values()))

    def cells(self, patches, target):
        parts = self.cell(patches).split(list(HEADS.values()), -1)
        return sum(F.cross_entropy(p.transpose(1, 2), target[:, i]) for i, p in enumerate(parts))

    def loss(self, unit, target):
        parts = self.ask(unit * 8.0).split(list(FACTS.values()), -1)
        return sum(F.cross_entropy(p, target[:, i]) for i, p in enumerate(parts)) / len(FACTS)

    def right(self, unit, target):
        parts = self.ask(unit * 8.0).split(list(FACTS.values()), -1)
        return {k: (p.argmax(-1) == target[:, i]).float().mean().item()
                for i, (k, p) in enumerate(zip(FACTS, parts))}


def framed(x, image_size=IMAGE_SIZE):
    """What a tower sees of pictures [B, 3, H, W] in 0..1."""
    if image_size != x.shape[-1]:
        x = F.interpolate(x, (image_size, image_size), mode="bicubic", antialias=True)
    return (x - MEAN) / STD


def prepare(images, image_size=IMAGE_SIZE):
    return framed(images.permute(0, 3, 1, 2).float() / 255, image_size)


def worn(images, generator):
    """Noise and softness of random strength: generated pictures are not clean ones."""
    x = images.permute(0, 3, 1, 2).float() / 255
    soft = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    mix, level = torch.rand(2, len(x), 1, 1, 1, generator=generator)
    x = x + mix * (soft - x) + 0.06 * level * torch.randn(x.shape, generator=generator)
    return (x.clamp(0, 1) - MEAN) / STD


def near_misses(rng, scene, count=EDITS_EACH):
    odds, out = np.array([ODDS[k] for k in EDITS]), []
    while len(out) < count:
        other = edit(rng, scene, EDITS[rng.choice(len(EDITS), p=odds / odds.sum())])
        if other is not None:
            out.append(other.caption())
    return out


class Trainer:
    def __init__(self, size):
        torch.manual_seed(size.seed)
        self.size, self.tokenizer = size, world_tokenizer.load()
        self.model, self.facts = new_clip(self.tokenizer, size), Facts(size.width)
        self.rng = np.random.default_rng(size.draws)
        self.generator = torch.Generator().manual_seed(size.seed)
        data = np.load(CACHE / "scenes_train.npz")
        self.images, self.captions = data["images"], [str(c) for c in data["captions"]]
        self.layouts = data["layouts"]
        if size.spoilt:
            round_trips = np.load(CACHE / "spoilt.npz")["round_trip"]
            self.images[:len(round_trips)] = round_trips

    def pixels(self, pick):
        if not self.size.spoilt:
            return worn(torch.from_numpy(self.images[pick]), self.generator)
        return framed(spoil(to_tensor(self.images[pick]), self.generator), self.size.image_size)

    def read(self, captions):
        ids = world_tokenizer.encode(self.tokenizer, captions)
        ids = ids[:, :int((ids != self.tokenizer.pad_token_id).sum(1).max()) + 1]
        pooled = self.model.text_model(input_ids=ids).pooler_output
        return F.normalize(self.model.text_projection(pooled), dim=-1)

    def see(self, pixels):
        """Unit embeddings, and the patches' last states."""
        out = self.model.vision_model(pixel_values=pixels)
        unit = F.normalize(self.model.visual_projection(out.pooler_output), dim=-1)
        return unit, out.last_hidden_state[:, 1:]

    def losses(self):
        pick = np.sort(self.rng.choice(len(self.images), BATCH, replace=False))
        scenes = [parse(self.captions[i]) for i in pick]
        missed = [near_misses(self.rng, s) for s in scenes]
        seen, patches = self.see(self.pixels(pick))
        said = self.read([s.caption() for s in scenes] + sum(missed, []))
        true, false = said[:BATCH], said[BATCH:].view(BATCH, EDITS_EACH, -1)
        scale = self.model.logit_scale.exp()
        pairs = scale * seen @ true.T
        edits = scale * (seen[:, None] * false).sum(-1)
        here = torch.arange(BATCH)
        by_text = F.cross_entropy(torch.cat([pairs, edits], 1), here)
        by_image = F.cross_entropy(pairs.T, here)
        hard = F.cross_entropy(torch.cat([pairs.diagonal()[:, None], edits], 1),
                               torch.zeros(BATCH, dtype=torch.long))
        target = torch.tensor([numbers(s) for s in scenes])
        facts = self.facts.loss(seen, target) + self.facts.loss(true, target)
        cells = torch.from_numpy(np.stack([shown(s, self.layouts[i], self.size.side)
                                           for s, i in zip(scenes, pick)]))
        return {"text": by_text, "image": by_image, "hard": hard, "facts": facts,
                "cells": self.facts.cells(patches, cells)}

    @torch.no_grad()
    def check(self):
        data = np.load(CACHE / "scenes_held.npz")
        images = torch.from_numpy(data["images"][:300])
        scenes = [parse(str(c)) for c in data["captions"][:300]]
        seen, _ = self.see(prepare(images, self.size.image_size))
        said = self.read([s.caption() for s in scenes])
        target = torch.tensor([numbers(s) for s in scenes])
        show = lambda d: {k: round(v, 2) for k, v in d.items()}
        print("seen", show(self.facts.right(seen, target)))
        print("said", show(self.facts.right(said, target)))
        print("reward", show(figures(self, images, scenes, seen, said)), flush=True)


@torch.no_grad()
def figures(trainer, images, scenes, seen, said):
    """Rewards of truth, random and edited captions, and how often the truth beats each edit."""
    scale, rng = trainer.model.logit_scale.exp().item(), np.random.default_rng(2)
    truth = scale * (seen * said).sum(-1)
    out = {"truth": truth.mean().item(), "random": scale * (seen * said.roll(1, 0)).sum(-1).mean().item(),
           "top1": ((seen @ said.T).argmax(1) == torch.arange(len(seen))).float().mean().item()}
    for kind in EDITS:
        pairs = [(i, e) for i, s in enumerate(scenes) if (e := edit(rng, s, kind)) is not None]
        where = [i for i, _ in pairs]
        other = scale * (seen[where] * trainer.read([e.caption() for _, e in pairs])).sum(-1)
        out[kind] = (truth[where] > other).float().mean().item()
        out[kind + " reward"] = other.mean().item()
    return out


def main(name="clip"):
    run, meter = Trainer(SIZES[name]), Meter(name, 100)
    steps = run.size.steps
    params = [*run.model.parameters(), *run.facts.parameters()]
    optimizer = torch.optim.AdamW(params, RATE, betas=(0.9, 0.98), weight_decay=0.02)
    for step in range(1, steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = RATE * cosine(step, steps)
        losses = run.losses()
        (losses["text"] + 0.5 * losses["image"] + losses["hard"]
         + FACT_WEIGHT * losses["facts"] + CELL_WEIGHT * losses["cells"]).backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        with torch.no_grad():
            run.model.logit_scale.clamp_(max=np.log(MAX_SCALE))
        meter(step, **losses, scale=run.model.logit_scale.exp())
        if step % 250 == 0 or step == steps:
            run.check()
            run.model.save_pretrained(CACHE / name)


if __name__ == "__main__":
    one_thread()
    main(*sys.argv[1:])
