# SPDX-License-Identifier: Apache-2.0
"""Where things lie, and the few habits every stage shares."""
import os
import pathlib
import time

WORLD = pathlib.Path(__file__).resolve().parent.parent
REPO = WORLD.parent
CACHE = pathlib.Path(os.environ.get("WORLD_CACHE", REPO / ".deps" / "world-cache"))
CACHE.mkdir(parents=True, exist_ok=True)

IMAGE_SIZE = 64
LATENT_SIZE = 16
TOKENS = 24          # the longest caption has 16 tokens with its two specials
TEXT_WIDTH = 96
SEED = 20261123


def one_thread():
    """One thread a process: two stages share two cores without quarrelling."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(SEED)


class Meter:
    """Prints a running mean of named numbers every `every` steps, with the time passed."""

    def __init__(self, name, every=100):
        self.name, self.every, self.sums, self.start = name, every, {}, time.time()

    def __call__(self, step, **values):
        for key, value in values.items():
            self.sums.setdefault(key, []).append(float(getattr(value, "detach", lambda: value)()))
        if step % self.every == 0:
            text = " ".join(f"{k} {sum(v) / len(v):.4f}" for k, v in self.sums.items())
            print(f"{self.name} {step} {time.time() - self.start:.0f}s {text}", flush=True)
            self.sums = {}


def cosine(step, steps, warm=100, floor=0.02):
    """The learning rate's factor: linear warm-up, then half a cosine."""
    import math

    if step < warm:
        return (step + 1) / warm
    return max(floor, 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm))))


class Ema:
    """A slow copy of parameters: the weights that are kept."""

    def __init__(self, modules, decay):
        self.params = [p for m in modules for p in m.parameters()]
        self.slow = [p.detach().clone() for p in self.params]
        self.decay, self.count = decay, 0

    def update(self):
        import torch

        self.count += 1
        rate = 1 - min(self.decay, (1 + self.count) / (10 + self.count))
        with torch.no_grad():
            torch._foreach_lerp_(self.slow, [p.detach() for p in self.params], rate)

    def swap(self):
        """Exchange fast and slow weights (call twice to return)."""
        import torch

        with torch.no_grad():
            for p, s in zip(self.params, self.slow):
                kept = p.detach().clone()
                p.copy_(s)
                s.copy_(kept)
