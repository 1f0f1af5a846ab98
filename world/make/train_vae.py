# SPDX-License-Identifier: Apache-2.0
"""AutoencoderKL, 64x64x3 to 16x16x4, trained with white latents and a little noise on them.

Latents are kept white (zero mean, unit covariance) by a penalty in place of the usual KL term: with
KL the four channels become one loud brightness and three faint copies (correlations up to 0.98),
and colours are lost. The noise teaches the decoder to forgive a small U-Net its errors.
`train_vae.py decoder` goes on with the decoder alone. Out: CACHE/vae, CACHE/vae_final.
"""
import sys

import numpy as np
import torch
from diffusers import AutoencoderKL

from common import CACHE, Ema, Meter, cosine, one_thread
from identity_vae import new_vae

STEPS, BATCH, RATE, NOISE, WHITE_WEIGHT = 2400, 8, 2e-3, 0.08, 0.05
DECODER_STEPS, DECODER_RATE, DECODER_NOISE = 1500, 1e-3, 0.2
OBJECT_WEIGHT, AREA_WEIGHT = 4.0, 2.0
LATENT_STD = 0.5     # below one: the noisiest step then shows nothing of the layout, text decides
CHECKPOINT = CACHE / "vae"


def batches(images, seed):
    """Endless batches in [-1, 1] with a map of where things stand."""
    rng = np.random.default_rng(seed)
    while True:
        pick = torch.from_numpy(images[np.sort(rng.choice(len(images), BATCH, replace=False))])
        x = pick.permute(0, 3, 1, 2).float().div(127.5).sub(1)
        contrast = (x - x[:, :, :1, :1]).abs().amax(1, keepdim=True) > 0.15
        near = torch.nn.functional.max_pool2d(contrast.float(), 5, 1, 2)
        yield x, 1 + OBJECT_WEIGHT * near


def picture_loss(y, x, weight):
    gap = y - x
    sharp = (weight * (gap.abs() + 2 * gap.square())).mean() / weight.mean()
    area = torch.nn.functional.avg_pool2d(gap * weight, 4).abs().mean() / weight.mean()
    return sharp + AREA_WEIGHT * area


def psnr(y, x):
    return -10 * np.log10(((y.detach() - x) / 2).square().mean().item())


@torch.no_grad()
def latents_of(vae, images):
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float().div(127.5).sub(1)
    return torch.cat([vae.encode(p).latent_dist.mean for p in x.split(64)])


def measure(vae, images):
    """Write the scaling factor that gives latents of LATENT_STD into the configuration."""
    z = latents_of(vae, images[:512])
    print("latents: mean", z.mean((0, 2, 3)), "std", z.std((0, 2, 3)), flush=True)
    vae.register_to_config(scaling_factor=round(LATENT_STD / z.std().item(), 4))


@torch.no_grad()
def whiten(vae, images):
    """Fold z' = W (z - mean), of unit covariance, into quant_conv and post_quant_conv."""
    z = latents_of(vae, images[:512]).permute(1, 0, 2, 3).flatten(1)
    mean, (values, vectors) = z.mean(1), torch.linalg.eigh(torch.cov(z))
    there = vectors @ torch.diag(values.rsqrt()) @ vectors.T
    ahead, behind = vae.quant_conv, vae.post_quant_conv
    ahead.weight[:4] = torch.einsum("ij,jkhw->ikhw", there, ahead.weight[:4])
    ahead.bias[:4] = there @ (ahead.bias[:4] - mean)
    behind.bias += behind.weight[:, :, 0, 0] @ mean
    back = torch.linalg.inv(there)
    behind.weight.copy_(torch.einsum("ijhw,jk->ikhw", behind.weight, back))


def whiteness(z):
    """How far a batch's latents are from zero mean and unit covariance."""
    z = z.permute(1, 0, 2, 3).flatten(1).float()
    return z.mean(1).square().mean() + (torch.cov(z) - torch.eye(4)).square().mean()


def train(name, vae, parts, images, steps, rate, noise):
    """Steps of picture loss; the encoder learns only if it is among the parts."""
    params = [p for part in parts for p in part.parameters()]
    optimizer = torch.optim.AdamW(params, rate, betas=(0.9, 0.99))
    ema, meter, data = Ema(parts, 0.99), Meter(name, 50), batches(images, len(name))
    frozen = vae not in parts
    for step in range(steps):
        x, weight = next(data)
        for group in optimizer.param_groups:
            group["lr"] = rate * cosine(step, steps, warm=30)
        with torch.set_grad_enabled(not frozen):
            z = vae.encode(x).latent_dist.mean
        level = noise * 2 * torch.rand(len(z), 1, 1, 1)
        y = vae.decode(z + level * torch.randn_like(z)).sample
        loss, spread = picture_loss(y, x, weight), whiteness(z)
        (loss if frozen else loss + WHITE_WEIGHT * spread).backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        ema.update()
        meter(step, loss=loss, white=spread, psnr=psnr(y, x))
    ema.swap()


def whole(images):
    vae = new_vae()
    whiten(vae, images)
    train("vae", vae, [vae], images, STEPS, RATE, NOISE)
    measure(vae, images)
    vae.save_pretrained(CHECKPOINT)


def decoder(images):
    vae = AutoencoderKL.from_pretrained(CHECKPOINT)
    parts = [vae.decoder, vae.post_quant_conv]
    train("decoder", vae, parts, images, DECODER_STEPS, DECODER_RATE, DECODER_NOISE)
    vae.save_pretrained(CACHE / "vae_final")


if __name__ == "__main__":
    one_thread()
    pictures = np.load(CACHE / "scenes_train.npz")["images"]
    decoder(pictures) if sys.argv[1:] == ["decoder"] else whole(pictures)
