# SPDX-License-Identifier: Apache-2.0
"""Latent consistency distillation of the teacher, guidance scale as an input.

The DDIM hop is long (SKIP of 1000): ten links from noise to picture instead of fifty, so that the
truth at the clean end reaches the noisy end in few updates and the links' errors do not pile up.
More training makes it worse again, so the student that scored best on held-out captions is kept
(none of validation.txt's).
Out: CACHE/lcm/unet (the EMA student).
"""
import torch
from diffusers import UNet2DConditionModel

from common import CACHE, SEED, Ema, Meter, cosine, one_thread
from measure import development, lcm_figures
from networks import GUIDANCE_DIM, ddim, guidance_embedding, new_unet
from train_teacher import Data

STEPS, BATCH, RATE, EMA_DECAY = 300, 16, 5e-4, 0.95
SKIP, W_RANGE, HUBER = 100, (0.5, 7.5), 0.01
CHECK_EVERY, CHECKED, GUIDANCES = 75, 64, (4.0, 8.0)


def student_of(teacher):
    """The teacher's weights, and a guidance projection that starts at nothing."""
    student = new_unet(GUIDANCE_DIM)
    missing = student.load_state_dict(teacher.state_dict(), strict=False).missing_keys
    assert missing == ["time_embedding.cond_proj.weight"], missing
    torch.nn.init.zeros_(student.time_embedding.cond_proj.weight)
    return student


def boundary(t):
    """c_skip and c_out of the consistency function at diffusion time t."""
    s = t.float().view(-1, 1, 1, 1) * 10.0
    return 0.25 / (s * s + 0.25), s / (s * s + 0.25).sqrt()


class Distiller:
    def __init__(self):
        self.data = Data()
        self.teacher = UNet2DConditionModel.from_pretrained(CACHE / "teacher" / "unet")
        self.student = student_of(self.teacher)
        self.target = Ema([self.student], EMA_DECAY)
        self.shadow = student_of(self.teacher)            # a module that holds the target weights
        self.target.slow = [p.data for p in self.shadow.parameters()]
        self.abar = ddim().alphas_cumprod
        self.optimizer = torch.optim.AdamW(self.student.parameters(), RATE, betas=(0.9, 0.99),
                                           weight_decay=1e-4)

    def at(self, t):
        a = self.abar[t].view(-1, 1, 1, 1)
        return a.sqrt(), (1 - a).sqrt()

    def consistent(self, unet, x, t, text, w):
        noise = unet(x, t, text, timestep_cond=guidance_embedding(w)).sample
        root_a, root_b = self.at(t)
        skip, out = boundary(t)
        return skip * x + out * (x - root_b * noise) / root_a

    @torch.no_grad()
    def hop(self, x, t, earlier, text, w):
        """One guided DDIM step of the teacher."""
        both = torch.cat([self.data.empty.expand(len(x), -1, -1), text])
        plain, told = self.teacher(torch.cat([x, x]), torch.cat([t, t]), both).sample.chunk(2)
        noise = told + w.view(-1, 1, 1, 1) * (told - plain)
        (root_a, root_b), (next_a, next_b) = self.at(t), self.at(earlier)
        return next_a * (x - root_b * noise) / root_a + next_b * noise

    def loss(self, generator):
        x0, text = self.data.draw(BATCH, generator, empty_share=0.0)
        strata = (torch.arange(BATCH) + torch.rand(BATCH, generator=generator)) / BATCH
        t = (strata * 50).long() * 20 + 19
        earlier = (t - SKIP).clamp(min=0)
        w = torch.empty(BATCH).uniform_(*W_RANGE, generator=generator)
        root_a, root_b = self.at(t)
        x = root_a * x0 + root_b * torch.randn(x0.shape, generator=generator)
        with torch.no_grad():
            y = self.consistent(self.shadow, self.hop(x, t, earlier, text, w), earlier, text, w)
        gap = self.consistent(self.student, x, t, text, w) - y
        return ((gap.square() + HUBER ** 2).sqrt() - HUBER).mean()


class Best:
    """Keeps the student with the highest mean score over the guidance scales of use."""

    def __init__(self, text):
        self.text, self.captions, self.score = text, development(CHECKED), 0.0

    def offer(self, step, unet):
        rows = [lcm_figures(unet, self.text, guidance=g, captions=self.captions) for g in GUIDANCES]
        score = sum(row["shapes"] for row in rows) / len(rows)
        print("held out at", step, dict(zip(GUIDANCES, rows)), flush=True)
        if score > self.score:
            self.score = score
            unet.save_pretrained(CACHE / "lcm" / "unet")


def main():
    run, meter = Distiller(), Meter("lcm", 50)
    best = Best(run.data.text)
    generator = torch.Generator().manual_seed(SEED)
    for step in range(1, STEPS + 1):
        for group in run.optimizer.param_groups:
            group["lr"] = RATE * cosine(step, STEPS, warm=50)
        loss = run.loss(generator)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(run.student.parameters(), 1.0)
        run.optimizer.step()
        run.optimizer.zero_grad()
        run.target.update()
        meter(step, loss=loss, norm=norm)
        if step % CHECK_EVERY == 0:
            best.offer(step, run.shadow)


if __name__ == "__main__":
    one_thread()
    main()
