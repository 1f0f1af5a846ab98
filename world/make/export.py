# SPDX-License-Identifier: Apache-2.0
"""Writes world/lcm, world/teacher and the judges in the ordinary layout, weights in fp16.

`export.py judges` writes the judges but world/clip: what draws and what is trained on stay as they are.
"""
import json
import shutil
import sys

import torch
from diffusers import (LatentConsistencyModelPipeline, StableDiffusionPipeline,
                       UNet2DConditionModel)
from safetensors.torch import load_file, save_file
from transformers import CLIPModel, CLIPTextModel

import heads
import tokenizer as world_tokenizer
from common import CACHE, WORLD
from measure import vae
from networks import ddim, lcm_scheduler

PROCESSOR = {
    "crop_size": {"height": 64, "width": 64}, "do_center_crop": True, "do_convert_rgb": True,
    "do_normalize": True, "do_rescale": True, "do_resize": True,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_processor_type": "CLIPImageProcessor",
    "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3,
    "rescale_factor": 1 / 255, "size": {"shortest_edge": 64}}


def write_tokenizer(folder):
    """Our four files in place of the tokenizer.json that transformers 5 writes."""
    shutil.rmtree(folder, ignore_errors=True)
    world_tokenizer.write(folder)


def forget_paths(folder):
    """Configurations need not tell where they lay before."""
    for path in folder.rglob("*config.json"):
        config = json.loads(path.read_text())
        config.pop("_name_or_path", None)
        path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n")


def hub_names(path):
    """Text encoders on the hub say `text_model.` first; transformers 5 reads both, older ones
    only that."""
    tensors = load_file(path)
    named = {k if k.startswith("text_model.") else f"text_model.{k}": v
             for k, v in tensors.items()}
    save_file(named, path, metadata={"format": "pt"})


def write_pipeline(kind, name, scheduler):
    folder = WORLD / name
    shutil.rmtree(folder, ignore_errors=True)
    pipeline = kind(
        vae=vae(), text_encoder=CLIPTextModel.from_pretrained(CACHE / "text"),
        tokenizer=world_tokenizer.load(),
        unet=UNet2DConditionModel.from_pretrained(CACHE / name / "unet"),
        scheduler=scheduler, safety_checker=None, feature_extractor=None,
        requires_safety_checker=False)
    pipeline.to(dtype=torch.float16).save_pretrained(folder)
    write_tokenizer(folder / "tokenizer")
    hub_names(folder / "text_encoder" / "model.safetensors")
    forget_paths(folder)


def write_clip(name):
    folder = WORLD / name
    shutil.rmtree(folder, ignore_errors=True)
    model = CLIPModel.from_pretrained(CACHE / name)
    model.half().save_pretrained(folder)
    world_tokenizer.write(folder)
    size = model.config.vision_config.image_size
    processor = PROCESSOR | {"crop_size": {"height": size, "width": size},
                             "size": {"shortest_edge": size}}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n")


def write_judges():
    write_clip("clip2")
    write_clip("aesthetic")
    heads.save(WORLD / "aesthetic" / "head.pth", **torch.load(CACHE / "aesthetic_head.pt"))
    shutil.copytree(CACHE / "imagereward", WORLD / "imagereward", dirs_exist_ok=True)


if __name__ == "__main__":
    if sys.argv[1:] != ["judges"]:
        write_pipeline(LatentConsistencyModelPipeline, "lcm", lcm_scheduler())
        write_pipeline(StableDiffusionPipeline, "teacher", ddim())
        write_clip("clip")
    write_judges()
    size = sum(f.stat().st_size for f in WORLD.rglob("*") if f.is_file())
    print(f"world/: {size / 1e6:.1f} MB")
