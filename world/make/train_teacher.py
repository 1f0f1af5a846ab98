# SPDX-License-Identifier: Apache-2.0
"""The diffusion teacher: U-Net and text encoder together on cached latents.

The loss is the noise loss over alpha-bar, that is, the v-loss: unweighted, the noisy steps, where
the text decides what is drawn, hardly count. Run `train_teacher.py`, then `train_teacher.py cool`
(the learning rate falls to zero). Resumes from its checkpoint.
Out: CACHE/teacher (EMA weights: unet/, text/), CACHE/teacher.pt (to resume).
"""
import sys

import numpy as np
import torch
from transformers import CLIPTextModel

import tokenizer as world_tokenizer
from common import CACHE, SEED, Ema, Meter, one_thread
from networks import ddim, new_unet

STEPS, COOL_STEPS, BATCH, RATE = 4000, 1000, 16, 1e-3
TEXT_RATE, EMPTY_SHARE, EMA_DECAY, SAVE_EVERY = 0.2, 0.1, 0.998, 250
CHECKPOINT = CACHE / "teacher.pt"


class Data:
    """Cached latents with token ids; one in ten captions is emptied for guidance."""

    def __init__(self, tokenizer):
        cache = np.load(CACHE / "latents.npz")
        self.latents = torch.from_numpy(cache["latents"])
        self.ids = world_tokenizer.encode(tokenizer, [str(c) for c in cache["captions"]])
        self.empty = world_tokenizer.encode(tokenizer, [""])

    def draw(self, generator):
        pick = torch.randint(len(self.latents), (BATCH,), generator=generator)
        drop = torch.rand(BATCH, 1, generator=generator) < EMPTY_SHARE
        return self.latents[pick].float(), torch.where(drop, self.empty, self.ids[pick])


class Run:
    def __init__(self):
        tokenizer = world_tokenizer.load()
        self.unet, self.text = new_unet(), CLIPTextModel.from_pretrained(CACHE / "text")
        self.ema = Ema([self.unet, self.text], EMA_DECAY)
        self.optimizer = torch.optim.AdamW(
            [{"params": self.unet.parameters()}, {"params": self.text.parameters()}],
            lr=RATE, betas=(0.9, 0.99), weight_decay=1e-3)
        self.data, self.step, self.cooled = Data(tokenizer), 0, 0
        self.abar = ddim().alphas_cumprod
        if CHECKPOINT.exists():
            self.restore()

    def restore(self):
        state = torch.load(CHECKPOINT)
        self.unet.load_state_dict(state["unet"])
        self.text.load_state_dict(state["text"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.ema.slow, self.ema.count = state["ema"], state["count"]
        self.step, self.cooled = state["step"], state["cooled"]
        print("resumed at", self.step, self.cooled, flush=True)

    def save(self):
        torch.save({"unet": self.unet.state_dict(), "text": self.text.state_dict(),
                    "optimizer": self.optimizer.state_dict(), "ema": self.ema.slow,
                    "count": self.ema.count, "step": self.step, "cooled": self.cooled},
                   CHECKPOINT.with_suffix(".tmp"))
        CHECKPOINT.with_suffix(".tmp").rename(CHECKPOINT)
        self.ema.swap()
        self.unet.save_pretrained(CACHE / "teacher" / "unet")
        self.text.save_pretrained(CACHE / "teacher" / "text")
        self.ema.swap()

    def loss(self, generator):
        x0, ids = self.data.draw(generator)
        strata = (torch.arange(BATCH) + torch.rand(BATCH, generator=generator)) / BATCH
        t = (strata * 1000).long()
        a = self.abar[t].view(-1, 1, 1, 1)
        noise = torch.randn(x0.shape, generator=generator)
        guess = self.unet(a.sqrt() * x0 + (1 - a).sqrt() * noise, t,
                          self.text(ids).last_hidden_state).sample
        each = ((guess - noise).square() / a).mean((1, 2, 3))
        return each.mean(), each[: BATCH // 2].mean(), each[-2:].mean()

    def advance(self, generator, factor):
        for group, share in zip(self.optimizer.param_groups, (1.0, TEXT_RATE)):
            group["lr"] = RATE * factor * share
        loss, early, last = self.loss(generator)
        loss.backward()
        for group in self.optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.ema.update()
        return {"v_loss": loss, "first_half": early, "last_steps": last}


def main(cool):
    run, meter = Run(), Meter("cool" if cool else "teacher")
    generator = torch.Generator().manual_seed(SEED + run.step + 7 * run.cooled)
    while (run.cooled < COOL_STEPS) if cool else (run.step < STEPS):
        factor = 1 - run.cooled / COOL_STEPS if cool else min(1.0, (run.step + 1) / 200)
        values = run.advance(generator, factor)
        run.step, run.cooled = (run.step, run.cooled + 1) if cool else (run.step + 1, 0)
        done = run.cooled if cool else run.step
        meter(done, **values)
        if done % SAVE_EVERY == 0:
            run.save()


if __name__ == "__main__":
    one_thread()
    main(sys.argv[1:] == ["cool"])
