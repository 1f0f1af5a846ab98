# SPDX-License-Identifier: Apache-2.0
"""Latents of the training pictures, once: CACHE/latents.npz (already scaled)."""
import numpy as np
import torch
from diffusers import AutoencoderKL

from common import CACHE, one_thread

COUNT = 12000


@torch.no_grad()
def main():
    vae = AutoencoderKL.from_pretrained(CACHE / "vae")
    data = np.load(CACHE / "scenes_train.npz")
    out = []
    for start in range(0, COUNT, 50):
        x = torch.from_numpy(data["images"][start:start + 50]).permute(0, 3, 1, 2)
        z = vae.encode(x.float().div(127.5).sub(1)).latent_dist.mean
        out.append((z * vae.config.scaling_factor).half().numpy())
    latents = np.concatenate(out)
    print("latents", latents.shape, "std", latents.astype(np.float32).std())
    np.savez(CACHE / "latents.npz", latents=latents, captions=data["captions"][:COUNT])


if __name__ == "__main__":
    one_thread()
    main()
