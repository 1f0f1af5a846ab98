# SPDX-License-Identifier: Apache-2.0
"""A judge of another kind: a BLIP whose captions look at the picture by cross attention, with
ImageReward's affine head, taught to tell a picture's caption from edited and foreign ones.

As BLIP is: pictures and captions are contrasted before they meet, and matched after. As in
train_clip.py both embeddings must name the facts, and each patch what it shows. Answers are softened
by a tenth, so that the score stays near -2 ... 2 as ImageReward's does.
Out: CACHE/imagereward.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from common import CACHE, SEED, Meter, cosine, one_thread
from degrade import spoil, to_tensor
from heads import Head
from imagereward import PROJECTION, WIDTH, encode, joint, new_blip, tokenizer, write
from language import EDITS, edit, parse
from train_clip import Facts, framed, near_misses, prepare
from train_text import numbers, shown

STEPS, BATCH, RATE, EDITS_EACH, SOFT = 1500, 32, 1.5e-3, 3, 0.1


class Trainer:
    def __init__(self):
        torch.manual_seed(SEED + 3)
        self.reader, self.blip, self.head = tokenizer(), new_blip(), Head(WIDTH)
        self.facts, self.scale = Facts(PROJECTION), nn.Parameter(torch.tensor(np.log(10.0)))
        nn.init.normal_(self.blip.vision_model.embeddings.position_embedding, std=0.5)
        nn.init.normal_(self.blip.vision_model.embeddings.patch_embedding.weight, std=0.05)
        self.rng, self.generator = np.random.default_rng(14), torch.Generator().manual_seed(SEED + 3)
        data = np.load(CACHE / "scenes_train.npz")
        self.images, self.captions = data["images"], [str(c) for c in data["captions"]]
        self.layouts = data["layouts"]
        round_trips = np.load(CACHE / "spoilt.npz")["round_trip"]
        self.images[:len(round_trips)] = round_trips

    def parameters(self):
        unused = set(self.blip.itm_head.parameters())
        return [p for module in (self.blip, self.head, self.facts) for p in module.parameters()
                if p not in unused] + [self.scale]

    def patches(self, pixels):
        return self.blip.vision_model(pixel_values=pixels).last_hidden_state

    def judge(self, patches, captions):
        """Raw scores of as many patches [B, P, D] as captions."""
        return self.head(joint(self.blip, patches, *encode(self.reader, captions)))

    def contrast(self, patches, captions):
        """Unit embeddings of pictures and captions that have not met."""
        ids, mask = encode(self.reader, captions)
        said = self.blip.text_encoder(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0]
        return (F.normalize(self.blip.vision_proj(patches[:, 0]), dim=-1),
                F.normalize(self.blip.text_proj(said), dim=-1))

    def losses(self):
        pick = np.sort(self.rng.choice(len(self.images), BATCH, replace=False))
        scenes = [parse(self.captions[i]) for i in pick]
        true = [s.caption() for s in scenes]
        false = [near_misses(self.rng, s, EDITS_EACH) for s in scenes]
        patches = self.patches(framed(spoil(to_tensor(self.images[pick]), self.generator)))
        told = true + sum(false, []) + true[1:] + true[:1]
        which = [*range(BATCH), *np.repeat(range(BATCH), EDITS_EACH), *range(BATCH)]
        raw = self.judge(patches[which], told)
        right, edited, foreign = raw.split([BATCH, BATCH * EDITS_EACH, BATCH])
        soft = lambda x, y: F.binary_cross_entropy_with_logits(x, torch.full_like(x, y))
        rows = torch.cat([right[:, None], edited.view(BATCH, EDITS_EACH), foreign[:, None]], 1)
        seen, said = self.contrast(patches, true)
        pairs, here = self.scale.exp() * seen @ said.T, torch.arange(BATCH)
        target = torch.tensor([numbers(s) for s in scenes])
        cells = torch.from_numpy(np.stack([shown(s, self.layouts[i]) for s, i in zip(scenes, pick)]))
        return {"rank": F.cross_entropy(rows, torch.zeros(BATCH, dtype=torch.long)),
                "match": soft(right, 1 - SOFT) + soft(torch.cat([edited, foreign]), SOFT),
                "contrast": F.cross_entropy(pairs, here) + F.cross_entropy(pairs.T, here),
                "facts": self.facts.loss(seen, target) + self.facts.loss(said, target),
                "cells": self.facts.cells(patches[:, 1:], cells)}

    @torch.no_grad()
    def check(self, count=300):
        """Raw scores of truth and edits on held-out pictures, and how often the truth wins."""
        data, rng = np.load(CACHE / "scenes_held.npz"), np.random.default_rng(2)
        scenes = [parse(str(c)) for c in data["captions"][:count]]
        patches = self.patches(prepare(torch.from_numpy(data["images"][:count])))
        truth = self.judge(patches, [s.caption() for s in scenes])
        out = {"truth": truth.mean().item(),
               "random": self.judge(patches, [s.caption() for s in scenes[1:] + scenes[:1]]).mean().item()}
        for kind in EDITS:
            pairs = [(i, e) for i, s in enumerate(scenes) if (e := edit(rng, s, kind)) is not None]
            where = [i for i, _ in pairs]
            other = self.judge(patches[where], [e.caption() for _, e in pairs])
            out[kind] = (truth[where] > other).float().mean().item()
        print({k: round(v, 2) for k, v in out.items()}, flush=True)


def main():
    run, meter = Trainer(), Meter("imagereward", 50)
    params = run.parameters()
    optimizer = torch.optim.AdamW(params, RATE, betas=(0.9, 0.98), weight_decay=0.02)
    for step in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = RATE * cosine(step, STEPS)
        losses = run.losses()
        (losses["rank"] + losses["match"] + 0.5 * losses["contrast"] + losses["facts"]
         + 0.5 * losses["cells"]).backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        meter(step, **losses)
        if step % 200 == 0 or step == STEPS:
            run.check()
            write(CACHE / "imagereward", run.blip, run.head)


if __name__ == "__main__":
    one_thread()
    main()
