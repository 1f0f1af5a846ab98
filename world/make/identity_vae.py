# SPDX-License-Identifier: Apache-2.0
"""An AutoencoderKL that starts as a 4x4 average and a nearest enlargement of the colours.

From random weights a small autoencoder finds brightness at once and colours very late. Here three
latent channels are the mean red, green and blue of a cell from the first step; the fourth, and all
residual branches (which start at zero), are free to learn edges. A group normalisation forgets a
picture's mean and scale, so each colour travels as the four channels c, -c, 1, -1: their mean is
zero, the constants keep the scale, and silu(c) - silu(-c) = c.
"""
import torch
from diffusers import AutoencoderKL

CHANNELS, GROUPS = (16, 24, 32), 4


def slots(channels):
    """First channel of each colour's four, one normalisation group apiece."""
    return [c * (channels // GROUPS) for c in range(3)]


def clear(conv, rows, bias=0.0):
    conv.weight[rows] = 0
    conv.bias[rows] = bias


def enter(conv):
    """3x3 convolution from colours (or latents) 0..2 to their four channels each."""
    for c, start in enumerate(slots(conv.out_channels)):
        for offset, sign in ((0, 1.0), (1, -1.0)):
            clear(conv, start + offset)
            conv.weight[start + offset, c, 1, 1] = sign
            clear(conv, start + 2 + offset, sign)


def carry(conv, pooled=False):
    """Pass the four channels on: 1x1, 3x3, or 3x3 of stride two as a 2x2 mean."""
    for a, b in zip(slots(conv.in_channels), slots(conv.out_channels)):
        for offset in range(4):
            clear(conv, b + offset)
            if pooled:
                conv.weight[b + offset, a + offset, :2, :2] = 0.25
            else:
                middle = conv.kernel_size[0] // 2
                conv.weight[b + offset, a + offset, middle, middle] = 1.0


def leave(conv, gain):
    """From four channels a colour back to one, behind normalisation and silu."""
    for c, start in enumerate(slots(conv.in_channels)):
        clear(conv, c)
        conv.weight[c, start, 1, 1] = gain
        conv.weight[c, start + 1, 1, 1] = -gain


def quiet(model):
    """Residual branches add nothing yet; shortcuts carry."""
    for module in model.modules():
        name = type(module).__name__
        if name == "ResnetBlock2D":
            clear(module.conv2, slice(None))
            if module.conv_shortcut is not None:
                carry(module.conv_shortcut)
        elif name == "Attention":
            torch.nn.init.zeros_(module.to_out[0].weight)
            torch.nn.init.zeros_(module.to_out[0].bias)
        elif name == "Downsample2D":
            carry(module.conv, pooled=True)
        elif name == "Upsample2D":
            carry(module.conv)


@torch.no_grad()
def new_vae():
    vae = AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=4, block_out_channels=CHANNELS,
        layers_per_block=1, norm_num_groups=GROUPS, sample_size=64,
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3)
    quiet(vae)
    for net in (vae.encoder, vae.decoder):
        enter(net.conv_in)
        leave(net.conv_out, 0.6)
    clear(vae.encoder.conv_out, slice(4, 8), -6.0)           # the posterior's log variance
    for conv in (vae.quant_conv, vae.post_quant_conv):
        conv.weight.copy_(torch.eye(conv.out_channels)[..., None, None])
        conv.bias.zero_()
    return vae
