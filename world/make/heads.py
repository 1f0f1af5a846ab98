# SPDX-License-Identifier: Apache-2.0
"""The head of the improved aesthetic predictor and of ImageReward: linear layers at places 0, 2, 4, 6
and 7 of `layers`, dropout at the others (none here), so an affine map of features to one number."""
import torch
from torch import nn


class Head(nn.Module):
    def __init__(self, features, widths=(32, 16, 8, 4, 1)):
        super().__init__()
        a, b, c, d, e = (nn.Linear(i, o) for i, o in zip((features, *widths), widths))
        for layer in (a, b, c, d, e):
            nn.init.orthogonal_(layer.weight)
        self.layers = nn.Sequential(a, nn.Identity(), b, nn.Identity(), c, nn.Identity(), d, e)

    def forward(self, x):
        return self.layers(x).squeeze(-1)


def save(path, **tensors):
    """As authors publish them: torch.save of a dictionary. The numbers are fp16, as in all of world/."""
    torch.save({name: tensor.detach().half().clone() for name, tensor in tensors.items()}, path)


def load(path, prefix=""):
    """The head below `prefix` of a file, in fp32."""
    state = {name.removeprefix(prefix): tensor.float() for name, tensor
             in torch.load(path, weights_only=True).items() if name.startswith(f"{prefix}layers.")}
    head = Head(state["layers.0.weight"].shape[1])
    head.load_state_dict(state)
    return head.eval()
