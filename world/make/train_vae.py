# SPDX-License-Identifier: Apache-2.0
"""AutoencoderKL, 64x64x3 to 16x16x4, in three stages: `train_vae.py`, `... white`, `... decoder`.

1. Whole, with the usual small KL term. Its four channels come out as one loud brightness and three
   faint copies (correlations up to 0.98), and colours, being faint, are lost first.
2. Whole, from latents made white (the change of basis folds into the two 1x1 convolutions), with a
   penalty that keeps them so in place of the KL term, and a little noise.
3. The decoder alone on noisy latents: it learns to forgive a small U-Net its errors.
Out: CACHE/vae (after 1 and again after 2), CACHE/vae_final.
"""
import sys
import time

import numpy as np
import torch
from diffusers import AutoencoderKL

from common import CACHE, WORLD, Ema, Meter, cosine, one_thread

STEPS, BATCH, RATE = 1600, 8, 2e-3
WHITE_STEPS, WHITE_RATE, WHITE_NOISE, WHITE_WEIGHT = 260, 1.5e-3, 0.1, 0.1
DECODER_STEPS, DECODER_RATE, DECODER_NOISE = 1200, 1e-3, 0.12
KL_WEIGHT, OBJECT_WEIGHT = 1e-3, 3.0
LATENT_STD = 0.5     # below one: the noisiest step then shows nothing of the layout, text decides
CHECKPOINT = CACHE / "vae"


def new_vae():
    return AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(16, 24, 32),
        layers_per_block=1, norm_num_groups=8, sample_size=64,
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3)


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
    gap = y.float() - x
    sharp = (weight * (gap.abs() + 2 * gap.square())).mean() / weight.mean()
    return sharp + torch.nn.functional.avg_pool2d(gap, 4).abs().mean()      # colours of areas


def whole(images):
    vae = new_vae()
    optimizer = torch.optim.AdamW(vae.parameters(), RATE, betas=(0.9, 0.99), weight_decay=1e-4)
    ema, meter = Ema([vae], 0.995), Meter("vae")
    data = batches(images, 1)
    for step in range(STEPS):
        x, weight = next(data)
        for group in optimizer.param_groups:
            group["lr"] = RATE * cosine(step, STEPS)
        with torch.autocast("cpu", torch.bfloat16, enabled=step < STEPS * 3 // 4):
            posterior = vae.encode(x).latent_dist
            y = vae.decode(posterior.sample()).sample
        kl = posterior.kl().mean() / posterior.mean[0].numel()
        loss = picture_loss(y, x, weight)
        (loss + KL_WEIGHT * kl).backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        ema.update()
        meter(step, loss=loss, kl=kl, psnr=psnr(y, x))
    ema.swap()
    measure(vae, images)
    vae.save_pretrained(CHECKPOINT)


def psnr(y, x):
    return -10 * np.log10(((y.detach().float() - x) / 2).square().mean().item())


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
    back = torch.linalg.inv(there)
    ahead, behind = vae.quant_conv, vae.post_quant_conv
    ahead.weight[:4] = torch.einsum("ij,jkhw->ikhw", there, ahead.weight[:4])
    ahead.bias[:4] = there @ (ahead.bias[:4] - mean)
    behind.bias += behind.weight[:, :, 0, 0] @ mean
    behind.weight.copy_(torch.einsum("ijhw,jk->ikhw", behind.weight, back))


def whiteness(z):
    """How far a batch's latents are from zero mean and unit covariance."""
    z = z.permute(1, 0, 2, 3).flatten(1).float()
    return z.mean(1).square().mean() + (torch.cov(z) - torch.eye(4)).square().mean()


def white(images):
    vae = AutoencoderKL.from_pretrained(CHECKPOINT)
    whiten(vae, images)
    optimizer = torch.optim.AdamW(vae.parameters(), WHITE_RATE, betas=(0.9, 0.99))
    ema, meter, data = Ema([vae], 0.99), Meter("white", 50), batches(images, 3)
    for step in range(WHITE_STEPS):
        x, weight = next(data)
        for group in optimizer.param_groups:
            group["lr"] = WHITE_RATE * cosine(step, WHITE_STEPS, warm=50)
        with torch.autocast("cpu", torch.bfloat16):
            z = vae.encode(x).latent_dist.mean
            y = vae.decode(z + WHITE_NOISE * torch.randn_like(z)).sample
        loss, spread = picture_loss(y, x, weight), whiteness(z)
        (loss + WHITE_WEIGHT * spread).backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        ema.update()
        meter(step, loss=loss, white=spread, psnr=psnr(y, x))
    ema.swap()
    measure(vae, images)
    vae.save_pretrained(CHECKPOINT)


def decoder(images):
    vae = AutoencoderKL.from_pretrained(CHECKPOINT)
    parts = [vae.decoder, vae.post_quant_conv]
    params = [p for part in parts for p in part.parameters()]
    optimizer = torch.optim.AdamW(params, DECODER_RATE, betas=(0.9, 0.99))
    ema, meter = Ema(parts, 0.995), Meter("decoder")
    noise_std = DECODER_NOISE * LATENT_STD / vae.config.scaling_factor
    data, start = batches(images, 2), time.time()
    for step in range(DECODER_STEPS):
        x, weight = next(data)
        for group in optimizer.param_groups:
            group["lr"] = DECODER_RATE * cosine(step, DECODER_STEPS)
        with torch.no_grad():
            z = vae.encode(x).latent_dist.mean
            z = z + noise_std * torch.rand(len(z), 1, 1, 1) * torch.randn_like(z)
        with torch.autocast("cpu", torch.bfloat16, enabled=step < DECODER_STEPS // 2):
            y = vae.decode(z).sample
        loss = picture_loss(y, x, weight)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        ema.update()
        meter(step, loss=loss, psnr=psnr(y, x))
    ema.swap()
    print(f"decoder {time.time() - start:.0f}s")
    vae.save_pretrained(CACHE / "vae_final")


if __name__ == "__main__":
    one_thread()
    pictures = np.load(CACHE / "scenes_train.npz")["images"]
    {"white": white, "decoder": decoder}.get("".join(sys.argv[1:]), whole)(pictures)
