# SPDX-License-Identifier: Apache-2.0
"""Pictures as generators spoil them, for judges that must know good from bad.

Out: CACHE/spoilt.npz: training pictures after the autoencoder's round trip with noise on their
latents (`round_trip`, picture i of scenes_train.npz), and what the LCM draws of training captions
and of held-out ones (`drawn`, `drawn_captions`, `held`, `held_captions`).
"""
import numpy as np
import torch
from diffusers import UNet2DConditionModel
from torch.nn import functional as F
from transformers import CLIPTextModel

import tokenizer as world_tokenizer
from common import CACHE, one_thread
from measure import development, encoded, vae
from networks import draw_lcm, pictures

ROUND_TRIPS, DRAWN, HELD, LATENT_NOISE = 6000, 1200, 400, 0.2


def to_tensor(images):
    """uint8 [B, H, W, 3] to [B, 3, H, W] in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div(255)


def to_bytes(x):
    return (x.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()


def spoil(x, generator):
    """Softness, noise, paleness and a colour cast of random strength, each for a part of the
    pictures [B, 3, H, W] in 0..1; a quarter stay as they are."""
    draw = lambda *shape: torch.rand(len(x), *shape, generator=generator)
    chosen = lambda share: (draw(1, 1, 1) < share).float()
    kept, soft = x, x
    for _ in range(3):
        soft = F.avg_pool2d(F.pad(soft, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = x + chosen(0.4) * draw(1, 1, 1) * (soft - x)
    x = x + chosen(0.4) * draw(1, 1, 1) * (x.mean((1, 2, 3), keepdim=True) - x) * 0.6
    x = x + chosen(0.4) * 0.1 * (draw(3, 1, 1) - 0.5)
    x = x + chosen(0.4) * 0.08 * draw(1, 1, 1) * torch.randn(x.shape, generator=generator)
    return torch.where(draw(1, 1, 1) < 0.25, kept, x.clamp(0, 1))


@torch.no_grad()
def round_trips(images, decoder, generator):
    out = []
    for start in range(0, len(images), 50):
        z = decoder.encode(to_tensor(images[start:start + 50]) * 2 - 1).latent_dist.mean
        z = z * decoder.config.scaling_factor
        level = LATENT_NOISE * torch.rand(len(z), 1, 1, 1, generator=generator)
        out.append(pictures(decoder, z + level * torch.randn(z.shape, generator=generator)))
    return np.concatenate(out)


def drawn(captions, decoder, seed):
    unet = UNet2DConditionModel.from_pretrained(CACHE / "lcm" / "unet")
    text, out = CLIPTextModel.from_pretrained(CACHE / "text"), []
    for start in range(0, len(captions), 50):
        told, _ = encoded(text, captions[start:start + 50])
        out.append(pictures(decoder, draw_lcm(unet, told, 8.0, 4, seed + start)))
    return np.concatenate(out)


def main():
    data, decoder = np.load(CACHE / "scenes_train.npz"), vae()
    told = [str(c) for c in data["captions"][-DRAWN:]]
    held = development(HELD)
    found = {"round_trip": round_trips(data["images"][:ROUND_TRIPS], decoder,
                                       torch.Generator().manual_seed(31)),
             "drawn": drawn(told, decoder, 32), "drawn_captions": np.array(told),
             "held": drawn(held, decoder, 100000), "held_captions": np.array(held)}
    np.savez(CACHE / "spoilt.npz", **found)


if __name__ == "__main__":
    one_thread()
    main()
