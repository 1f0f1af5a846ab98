# SPDX-License-Identifier: Apache-2.0
"""Makes lora_processor.bin: an adapter as diffusers < 0.22 saved it, by torch.save under the names of attention
processors. Needs torch; run in this folder."""

import torch

LAYER = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor"
numbers = torch.arange(6, dtype=torch.float32)
torch.save(
    {
        f"{LAYER}.to_q_lora.down.weight": numbers.view(2, 3),
        f"{LAYER}.to_q_lora.up.weight": numbers.view(3, 2),
        f"{LAYER}.to_out_lora.down.weight": (numbers + 1).half().view(2, 3),
        f"{LAYER}.to_out_lora.up.weight": (numbers + 1).half().view(3, 2),
    },
    "lora_processor.bin",
)
