# SPDX-License-Identifier: Apache-2.0
"""The U-Net of teacher and LCM, the noise schedule, and drawing pictures with either."""
import numpy as np
import torch
from diffusers import DDIMScheduler, LCMScheduler, UNet2DConditionModel

from common import LATENT_SIZE, TEXT_WIDTH

GUIDANCE_DIM = 64
NOISE = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012,
         "beta_schedule": "scaled_linear", "clip_sample": False, "prediction_type": "epsilon"}


def new_unet(guidance_dim=None):
    """Text enters at 8x8 and 4x4 only: attention at 16x16 costs more than it brings here."""
    return UNet2DConditionModel(
        sample_size=LATENT_SIZE, in_channels=4, out_channels=4, block_out_channels=(32, 64, 96),
        layers_per_block=1, attention_head_dim=4, norm_num_groups=8,
        cross_attention_dim=TEXT_WIDTH, time_cond_proj_dim=guidance_dim,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"))


def ddim():
    return DDIMScheduler(**NOISE, set_alpha_to_one=False, steps_offset=1,
                         timestep_spacing="leading")


def lcm_scheduler():
    return LCMScheduler(**NOISE, original_inference_steps=50, set_alpha_to_one=True)


def guidance_embedding(w, dim=GUIDANCE_DIM):
    """diffusers' embedding of w = guidance_scale - 1: sines first, then cosines."""
    half = dim // 2
    f = torch.exp(torch.arange(half) * -(np.log(10000.0) / (half - 1)))
    a = (w * 1000.0)[:, None] * f[None]
    return torch.cat([a.sin(), a.cos()], 1)


@torch.no_grad()
def draw_teacher(unet, text, empty, guidance=3.0, steps=20, seed=0):
    """Latents for encoded captions [B, L, D] by DDIM with classifier-free guidance."""
    scheduler = ddim()
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(len(text), 4, LATENT_SIZE, LATENT_SIZE, generator=generator)
    both = torch.cat([empty.expand(len(text), -1, -1), text])
    for t in scheduler.timesteps:
        plain, told = unet(torch.cat([x, x]), t, both).sample.chunk(2)
        x = scheduler.step(plain + guidance * (told - plain), t, x).prev_sample
    return x


@torch.no_grad()
def draw_lcm(unet, text, guidance=4.0, steps=8, seed=0):
    """Latents by the LCM; `guidance` is the pipeline's guidance_scale."""
    scheduler = lcm_scheduler()
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(len(text), 4, LATENT_SIZE, LATENT_SIZE, generator=generator)
    w = guidance_embedding(torch.full((len(text),), guidance - 1.0))
    for t in scheduler.timesteps:
        noise = unet(x, t, text, timestep_cond=w).sample
        x, denoised = scheduler.step(noise, t, x, generator=generator, return_dict=False)
    return denoised


@torch.no_grad()
def pictures(vae, latents):
    """uint8 [B, 64, 64, 3] as the pipelines make them."""
    image = vae.decode(latents / vae.config.scaling_factor).sample
    image = (image / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)
    return (image * 255).round().byte().numpy()
