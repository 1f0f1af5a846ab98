# SPDX-License-Identifier: Apache-2.0
"""The diffusion teacher: a U-Net on cached latents, under the text encoder of train_text.py.

The loss is the noise loss over alpha-bar, that is, the v-loss: unweighted, the noisy steps, where
the text decides what is drawn, hardly count. Run `train_teacher.py`, then `train_teacher.py cool`
(the learning rate falls to zero). Stops early on purpose: with 5,000 + 1,000 steps `shapes` is 0.98, and
what is trained by a reward needs room to get better. Resumes from its checkpoint. The text encoder stays as it is: it
already tells the layout, and its output can be computed once.
Out: CACHE/teacher/unet (EMA weights), CACHE/teacher.pt (to resume).
"""
import sys

import numpy as np
import torch
from transformers import CLIPTextModel

import tokenizer as world_tokenizer
from common import CACHE, SEED, Ema, Meter, one_thread
from networks import ddim, new_unet

STEPS, COOL_STEPS, BATCH, RATE = 1500, 500, 16, 1e-3
EMPTY_SHARE, EMA_DECAY, SAVE_EVERY = 0.1, 0.998, 250
CHECKPOINT = CACHE / "teacher.pt"


class Data:
    """Cached latents with encoded captions; one in ten is emptied for guidance."""

    def __init__(self):
        cache, tokenizer = np.load(CACHE / "latents.npz"), world_tokenizer.load()
        self.latents = torch.from_numpy(cache["latents"])
        self.text = CLIPTextModel.from_pretrained(CACHE / "text").eval()
        ids = world_tokenizer.encode(tokenizer, [str(c) for c in cache["captions"]])
        with torch.no_grad():
            read = lambda part: self.text(part).last_hidden_state
            self.told = torch.cat([read(part).half() for part in ids.split(200)])
            self.empty = read(world_tokenizer.encode(tokenizer, [""]))

    def draw(self, count, generator, empty_share=EMPTY_SHARE):
        pick = torch.randint(len(self.latents), (count,), generator=generator)
        drop = torch.rand(count, 1, 1, generator=generator) < empty_share
        return self.latents[pick].float(), torch.where(drop, self.empty, self.told[pick].float())


class Run:
    def __init__(self):
        self.unet, self.data = new_unet(), Data()
        self.ema = Ema([self.unet], EMA_DECAY)
        self.optimizer = torch.optim.AdamW(self.unet.parameters(), lr=RATE, betas=(0.9, 0.99),
                                           weight_decay=1e-3)
        self.step, self.cooled, self.abar = 0, 0, ddim().alphas_cumprod
        if CHECKPOINT.exists():
            self.restore()

    def restore(self):
        state = torch.load(CHECKPOINT)
        self.unet.load_state_dict(state["unet"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.ema.slow, self.ema.count = state["ema"], state["count"]
        self.step, self.cooled = state["step"], state["cooled"]
        print("resumed at", self.step, self.cooled, flush=True)

    def save(self):
        fresh = CHECKPOINT.with_suffix(".tmp")
        torch.save({"unet": self.unet.state_dict(), "optimizer": self.optimizer.state_dict(),
                    "ema": self.ema.slow, "count": self.ema.count, "step": self.step,
                    "cooled": self.cooled}, fresh)
        fresh.rename(CHECKPOINT)
        self.ema.swap()
        self.unet.save_pretrained(CACHE / "teacher" / "unet")
        self.ema.swap()

    def loss(self, generator):
        x0, text = self.data.draw(BATCH, generator)
        strata = (torch.arange(BATCH) + torch.rand(BATCH, generator=generator)) / BATCH
        t = (strata * 1000).long()
        a = self.abar[t].view(-1, 1, 1, 1)
        noise = torch.randn(x0.shape, generator=generator)
        guess = self.unet(a.sqrt() * x0 + (1 - a).sqrt() * noise, t, text).sample
        each = ((guess - noise).square() / a).mean((1, 2, 3))
        return each.mean(), each[: BATCH // 2].mean(), each[-2:].mean()      # t < 500; t > 875

    def advance(self, generator, factor):
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * factor
        loss, early, last = self.loss(generator)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.unet.parameters(), 1.0)
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
