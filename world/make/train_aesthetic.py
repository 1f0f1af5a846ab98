# SPDX-License-Identifier: Apache-2.0
"""A score of pictures alone: a CLIP and an affine head on its unit embedding, taught the rule `aesthetics`
on clean, spoilt, round-tripped and drawn pictures.

An affine head on world/clip as it is explains half of the rule's variance. So the picture's side of a copy
goes on learning, together with the head. (A richer rule, with the sharpness of edges, the calm of the ground
and the balance of the things, was given up: after 150 steps a linear map of the embedding saw none of the three.)
Out: CACHE/aesthetic (the CLIPModel), CACHE/aesthetic_head.pt.
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from transformers import CLIPModel

from aesthetics import score
from common import CACHE, SEED, Meter, cosine, one_thread
from degrade import spoil, to_bytes, to_tensor
from heads import Head
from judges import measure
from train_clip import framed

STEPS, BATCH, RATE = 240, 32, 5e-4
MIDDLE = 7.0


def embedded(model, x):
    """Unit embeddings of pictures [B, 3, 64, 64] in 0..1."""
    seen = model.vision_model(pixel_values=framed(x)).pooler_output
    return F.normalize(model.visual_projection(seen), dim=-1)


def examples():
    """Pictures of all kinds and their scores."""
    scenes = np.load(CACHE / "scenes_train.npz")["images"][-4000:]
    spoilt, generator = np.load(CACHE / "spoilt.npz"), torch.Generator().manual_seed(41)
    worse = lambda images: to_bytes(spoil(to_tensor(images), generator))
    images = np.concatenate([
        worse(scenes[:2000]), spoilt["round_trip"][:600], worse(spoilt["round_trip"][600:1200]),
        spoilt["drawn"][:1000], scenes[2000:2300] // 2 + scenes[2300:2600] // 2])
    return images, torch.tensor([score(image) for image in images])


def check(judge):
    """Of a judge: R2 and correlation with the rule on held-out scenes: as they are, spoilt, drawn."""
    scenes, generator = np.load(CACHE / "scenes_held.npz")["images"][:400], torch.Generator()
    kinds = {"clean": scenes, "spoilt": to_bytes(spoil(to_tensor(scenes), generator.manual_seed(42))),
             "drawn": np.load(CACHE / "spoilt.npz")["held"]}
    for kind, images in kinds.items():
        truth, said = np.array([score(i) for i in images]), measure(judge, images, [""] * len(images))
        print("  %s: mean %.2f +- %.2f, R2 %.3f, correlation %.3f" % (
            kind, truth.mean(), truth.std(), 1 - np.mean((said - truth) ** 2) / truth.var(),
            np.corrcoef(said, truth)[0, 1]), flush=True)


def main():
    torch.manual_seed(SEED + 2)
    rng, meter = np.random.default_rng(13), Meter("aesthetic", 25)
    model = CLIPModel.from_pretrained(CACHE / "clip")
    head = Head(model.config.projection_dim)
    nn.init.constant_(head.layers[-1].bias, MIDDLE)
    images, scores = examples()
    params = [*model.vision_model.parameters(), *model.visual_projection.parameters(),
              *head.parameters()]
    optimizer = torch.optim.AdamW(params, RATE, betas=(0.9, 0.98), weight_decay=0.01)
    for step in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = RATE * cosine(step, STEPS, warm=30)
        pick = np.sort(rng.choice(len(images), BATCH, replace=False))
        unit = embedded(model, to_tensor(images[pick]))
        off = F.mse_loss(head(unit), scores[pick].float())
        off.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        meter(step, score=off)
        if step % 120 == 0 or step == STEPS:
            check(lambda pictures, _: head(embedded(model, to_tensor(pictures))))
            model.save_pretrained(CACHE / "aesthetic")
            torch.save(head.state_dict(), CACHE / "aesthetic_head.pt")


if __name__ == "__main__":
    one_thread()
    main()
