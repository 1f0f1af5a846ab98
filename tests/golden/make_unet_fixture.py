#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes unet_tiny_sd2: what diffusers' UNet2DConditionModel (0.42.1, torch 2.11 CPU) makes of random weights
under the options of Stable Diffusion 2: linear projections, and heads and transformer layers per level.

usage: make_unet_fixture.py FOLDER
"""
import pathlib
import sys

import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file

NAME = "unet_tiny_sd2"


def network():
    return UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(8, 16, 16),
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        layers_per_block=1,
        attention_head_dim=(1, 2, 4),
        transformer_layers_per_block=(2, 1, 2),
        cross_attention_dim=24,
        norm_num_groups=4,
        use_linear_projection=True,
        upcast_attention=True,
    ).eval()


@torch.no_grad()
def randomise(module):
    """Zero biases and unit norms would hide mistakes."""
    for name, parameter in module.named_parameters():
        scale = 0.1 if parameter.dim() == 1 else parameter[0].numel() ** -0.5
        parameter.normal_(0, scale)
        if "norm" in name and name.endswith("weight"):
            parameter.add_(1)


@torch.no_grad()
def main(folder):
    torch.manual_seed(2)
    unet = network()
    randomise(unet)
    x, text, t = torch.randn(2, 4, 8, 8), torch.randn(2, 7, 24), torch.tensor([499, 999])
    out = unet(x, t, encoder_hidden_states=text).sample
    save_file({"x": x, "t": t, "ctx": text, "out": out}, folder / f"{NAME}.io.safetensors")
    weights = {name: tensor.contiguous() for name, tensor in unet.state_dict().items()}
    save_file(weights, folder / f"{NAME}.weights.safetensors")
    unet.save_config(folder / f"{NAME}_cfg")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
