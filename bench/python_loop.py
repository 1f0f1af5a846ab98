#!/usr/bin/env python3
"""The step of `rocm-dist train` as one would write it with diffusers, peft and transformers.

    python bench/python_loop.py inputs --config C --steps K --folder F   # noise and first adapter
    python bench/python_loop.py train --config C --steps K --folder F    # K steps from them

`train` reads the same configuration, noise and adapter as rocm-dist with --noise F/noise.safetensors
and --set lora.load=F/adapter.safetensors, and writes F/python.jsonl: loss, reward, divergence and
gradient norm of every step, which must agree with rocm-dist's metrics.jsonl. Only what the comparison
needs is here: the divergence kl with the reduction mean, one pickscore reward, no schedule.
"""

import argparse
import json
import time
import tomllib
from pathlib import Path

import torch
from diffusers import AutoencoderKL, LCMScheduler, UNet2DConditionModel
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch.utils.checkpoint import checkpoint
from transformers import CLIPImageProcessor, CLIPModel, CLIPTextModel, CLIPTokenizer

# Shape legend: N network calls, B samples, C channels, H x W pixels.
DEFAULTS = {
    "model": {"steps": 8, "guidance_scale": 8.0, "checkpoint": "every_step", "precision": "fp32",
              "resolution": None},
    "lora": {"rank": 16, "alpha": 32, "targets": ["to_q", "to_k", "to_v", "to_out.0"]},
    "objective": {"divergence": "kl", "beta": 0.1},
    "optimizer": {"learning_rate": 1e-4, "betas": [0.9, 0.999], "weight_decay": 0.0, "epsilon": 1e-8,
                  "max_grad_norm": 1.0},
    "data": {"batch_size": 8, "micro_batch": 1},
    "run": {"threads": 1, "seed": 0},
}


def read_config(path):
    given = tomllib.loads(Path(path).read_text())
    config = {section: {**known, **given.get(section, {})} for section, known in DEFAULTS.items()}
    config["reward"] = given["reward"][0]["path"]
    assert config["objective"]["divergence"] == "kl" and config["model"]["checkpoint"] in ("none", "every_step")
    return config


PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}  # of the U-Net; all else is fp32, as in rocm-dist


def lora_unet(config):
    precision = PRECISIONS[config["model"]["precision"]]
    unet = UNet2DConditionModel.from_pretrained(config["model"]["path"], subfolder="unet", torch_dtype=precision)
    lora = config["lora"]
    return get_peft_model(
        unet, LoraConfig(r=lora["rank"], lora_alpha=lora["alpha"], target_modules=lora["targets"])
    ).eval()


def write_inputs(config, steps, folder):
    torch.manual_seed(config["run"]["seed"])
    unet = lora_unet(config)
    side, channels = unet.config.sample_size, unet.config.in_channels
    if config["model"]["resolution"]:
        side = config["model"]["resolution"] // 8
    shape = (steps, config["model"]["steps"], config["data"]["batch_size"], channels, side, side)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"z": torch.randn(shape)}, folder / "noise.safetensors")
    adapter = get_peft_model_state_dict(unet)
    save_file({name.replace("base_model.model.", "unet."): t.contiguous() for name, t in adapter.items()},
              folder / "adapter.safetensors")


def guidance_embedding(scale, width):
    """diffusers' LatentConsistencyModelPipeline.get_guidance_scale_embedding."""
    frequency = torch.exp(torch.arange(width // 2) * -(torch.log(torch.tensor(10000.0)) / (width // 2 - 1)))
    angle = (scale - 1.0) * 1000.0 * frequency
    return torch.cat([angle.sin(), angle.cos()])[None]


def sampling_schedule(config):
    """(timestep, a, b, sigma) of each call: mean = a x + b eps, next x = mean + sigma z."""
    scheduler = LCMScheduler.from_pretrained(config["model"]["path"], subfolder="scheduler")
    scheduler.set_timesteps(config["model"]["steps"])
    alpha_bar, timesteps = scheduler.alphas_cumprod.double(), scheduler.timesteps.tolist()
    schedule = []
    for n, t in enumerate(timesteps):
        c_skip, c_out = scheduler.get_scalings_for_boundary_condition_discrete(t)
        last = n + 1 == len(timesteps)
        after = torch.tensor(1.0) if last else alpha_bar[timesteps[n + 1]]
        a = after.sqrt() * (c_out / alpha_bar[t].sqrt() + c_skip)
        b = -after.sqrt() * c_out * (1 - alpha_bar[t]).sqrt() / alpha_bar[t].sqrt()
        schedule.append((t, a.item(), b.item(), (1 - after).sqrt().item()))
    return schedule


class Prompts:
    """Sample b takes line b, as rocm-dist does with replayed noise; encoded once."""

    def __init__(self, config):
        path = config["model"]["path"]
        self.lines = Path(config["data"]["prompts"]).read_text().splitlines()
        self.tokenizer = CLIPTokenizer.from_pretrained(path, subfolder="tokenizer")
        self.encoder = CLIPTextModel.from_pretrained(path, subfolder="text_encoder", torch_dtype=torch.float32)
        self.encoder.eval()
        self.known = {}

    @torch.no_grad()
    def __call__(self, caption):
        if caption not in self.known:
            ids = self.tokenizer(caption, padding="max_length", truncation=True, return_tensors="pt",
                                 max_length=self.encoder.config.max_position_embeddings).input_ids
            self.known[caption] = self.encoder(ids).last_hidden_state
        return self.known[caption]


class PickScore:
    def __init__(self, path):
        self.clip = CLIPModel.from_pretrained(path, torch_dtype=torch.float32).eval().requires_grad_(False)
        self.tokenizer = CLIPTokenizer.from_pretrained(path)
        processor = CLIPImageProcessor.from_pretrained(path)
        self.size = processor.size["shortest_edge"]
        self.mean = torch.tensor(processor.image_mean).view(1, 3, 1, 1)
        self.deviation = torch.tensor(processor.image_std).view(1, 3, 1, 1)
        self.known = {}

    @torch.no_grad()
    def caption_feature(self, caption):
        if caption not in self.known:
            ids = self.tokenizer(caption, padding="max_length", truncation=True, return_tensors="pt",
                                 max_length=self.clip.config.text_config.max_position_embeddings).input_ids
            pooled = self.clip.text_model(ids).pooler_output
            self.known[caption] = torch.nn.functional.normalize(self.clip.text_projection(pooled))
        return self.known[caption]

    def __call__(self, image, captions):
        text = torch.cat([self.caption_feature(caption) for caption in captions])
        if image.shape[-1] != self.size:  # square pictures: nothing is left to crop
            image = torch.nn.functional.interpolate(image, (self.size, self.size), mode="bicubic", antialias=True)
        pooled = self.clip.vision_model((image - self.mean) / self.deviation).pooler_output
        feature = torch.nn.functional.normalize(self.clip.visual_projection(pooled))
        return self.clip.logit_scale.exp() * (feature * text).sum(1)


class Loop:
    def __init__(self, config, folder):
        self.config = config
        self.unet = lora_unet(config)
        first = load_file(folder / "adapter.safetensors")
        set_peft_model_state_dict(
            self.unet, {name.replace("unet.", "base_model.model.", 1): t for name, t in first.items()})
        self.vae = AutoencoderKL.from_pretrained(config["model"]["path"], subfolder="vae", torch_dtype=torch.float32)
        self.vae.eval().requires_grad_(False)
        self.prompts, self.reward = Prompts(config), PickScore(config["reward"])
        self.schedule = sampling_schedule(config)
        self.guidance = guidance_embedding(config["model"]["guidance_scale"], self.unet.config.time_cond_proj_dim)
        self.parameters = [p for p in self.unet.parameters() if p.requires_grad]
        o = config["optimizer"]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=o["learning_rate"], betas=tuple(o["betas"]),
                                           eps=o["epsilon"], weight_decay=o["weight_decay"], fused=True)

    def predict(self, x, t, text):
        x, text, guidance = (given.to(self.unet.dtype) for given in (x, text, self.guidance))
        return self.unet(x, t, encoder_hidden_states=text, timestep_cond=guidance, return_dict=False)[0].float()

    def policy(self, x, t, text):
        if self.config["model"]["checkpoint"] == "none":
            return self.predict(x, t, text)
        return checkpoint(self.predict, x, t, text, use_reentrant=False)

    def roll_out(self, z_NBCHW, text):
        """x0 and sum_n KL(p_theta(.|x_n) || p_ref(.|x_n)), the reference's output a constant."""
        x, divergence = z_NBCHW[0], 0.0
        for n, (t, a, b, sigma) in enumerate(self.schedule):
            mean = a * x + b * self.policy(x, t, text)
            if sigma == 0.0:
                return mean, divergence
            with torch.no_grad(), self.unet.disable_adapter():
                reference = self.predict(x, t, text)
            delta_squared = ((mean - (a * x + b * reference)) / sigma).square().mean((1, 2, 3))
            divergence = divergence + delta_squared / 2
            x = mean + sigma * z_NBCHW[n + 1]

    def unit(self, z_NBCHW, captions):
        """Adds the gradient of the samples' share of the loss; reward and divergence of each."""
        text = torch.cat([self.prompts(caption) for caption in captions])
        x0, divergence = self.roll_out(z_NBCHW, text)
        image = (self.vae.decode(x0 / self.vae.config.scaling_factor, return_dict=False)[0] / 2 + 0.5).clamp(0, 1)
        reward = self.reward(image, captions)
        loss = self.config["objective"]["beta"] * divergence - reward
        (loss.sum() / self.config["data"]["batch_size"]).backward()
        return torch.stack([loss.detach(), reward.detach(), divergence.detach()])

    def step(self, z_NBCHW):
        batch, micro = self.config["data"]["batch_size"], self.config["data"]["micro_batch"]
        self.optimizer.zero_grad()
        rows = [self.unit(z_NBCHW[:, first:first + micro], self.prompts.lines[first:first + micro])
                for first in range(0, batch, micro)]
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.config["optimizer"]["max_grad_norm"])
        self.optimizer.step()
        loss, reward, divergence = torch.cat(rows, 1).double().mean(1).tolist()
        return {"loss": loss, "reward": reward, "divergence": divergence, "grad_norm": norm.item()}


def train(config, steps, folder):
    loop = Loop(config, folder)
    noise = load_file(folder / "noise.safetensors")["z"]
    with open(folder / "python.jsonl", "w") as out:
        for k in range(steps):
            begin, cpu_begin = time.perf_counter(), time.process_time()
            report = loop.step(noise[k])
            took = {"seconds": time.perf_counter() - begin, "cpu_s": time.process_time() - cpu_begin}
            out.write(json.dumps({"step": k + 1, **report, **took}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["inputs", "train"])
    parser.add_argument("--config", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    config = read_config(given.config)
    torch.set_num_threads(config["run"]["threads"])
    {"inputs": write_inputs, "train": train}[given.action](config, given.steps, given.folder)


if __name__ == "__main__":
    main()
