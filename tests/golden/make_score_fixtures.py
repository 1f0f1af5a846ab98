#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes scores/: tiny models of every score in the files that their authors publish, pictures,
captions, and what transformers (5.24), open_clip (3.3), torchvision (0.26) and Pillow (13) make of
them, in expected.json. Weights are random.

usage: make_score_fixtures.py FOLDER
"""
import gzip
import io
import json
import math
import pathlib
import shutil
import sys

import numpy as np
import open_clip
import torch
import torchvision.transforms.v2.functional as tv
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image
from transformers import (BertTokenizer, BlipConfig, BlipForImageTextRetrieval, CLIPConfig,
                          CLIPModel, CLIPTokenizerFast)

HERE = pathlib.Path(__file__).parent
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
CAPTIONS = ["a red circle", "", "Blue SQUARE on a red circle!", "日本の赤い円 ＆ “blue”",
            "caf\u00e9 &amp; cle\u0301 \ufb01re it's 12", "o\u03a3 " * 60]
WORDS = "a red blue circle square on the it s caf cafe fire 日 本 円 ! ' & 1 2 12 ##1 ##2 ##e ##fe o ##ς ##σ"


def pictures(folder):
    """Of several sizes, modes and formats; odd crops on both axes."""
    rng = np.random.default_rng(7)
    names = []
    for i, (width, height) in enumerate([(97, 61), (97, 61), (40, 121), (32, 32), (20, 25), (64, 48)]):
        coarse = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((width, height), Image.BICUBIC)
        name = f"{i}.jpg" if i == 2 else f"{i}.png"
        if i == 3:
            image.putalpha(Image.fromarray(rng.integers(0, 256, (height, width), dtype=np.uint8)))
        if i == 4:
            image = image.quantize(11)
        image.save(folder / name, quality=90)
        names.append(name)
    return names


def crop_box(width, height, size, half_even):
    offset = (lambda d: round(d / 2)) if half_even else (lambda d: d // 2)
    left, top = offset(width - size), offset(height - size)
    return left, top, left + size, top + size


def normalised(x):
    return ((x - MEAN) / DEVIATION).unsqueeze(0)


def tensor_of(image):
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255


def resized_size(width, height, size):
    short = min(width, height)
    return int(size * width / short), int(size * height / short)


def pillow_input(image, size, half_even):
    image = image.resize(resized_size(*image.size, size), Image.BICUBIC)
    return normalised(tensor_of(image.crop(crop_box(*image.size, size, half_even))))


def square_input(image, size):
    return normalised(tensor_of(image.resize((size, size), Image.BICUBIC)))


def hps_input(image, size, antialias):
    x = tv.resize(tensor_of(image), [size], tv.InterpolationMode.BICUBIC, antialias=antialias)
    return normalised(tv.center_crop(x, [size, size]))


def randomise(model, generator):
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() == 0:
                p.fill_(2.5)
            elif p.dim() == 1:
                p.copy_(0.1 * torch.randn(p.shape, generator=generator) + (1 if "norm" in name.lower() and name.endswith("weight") or ".ln_" in name and name.endswith("weight") else 0))
            else:
                p.copy_(torch.randn(p.shape, generator=generator) / math.sqrt(p[0].numel()))
    return model.eval()


def small_clip(folder, vocabulary, generator):
    config = CLIPConfig(
        text_config=dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
                         vocab_size=vocabulary, max_position_embeddings=20, eos_token_id=vocabulary - 1,
                         hidden_act="gelu"),
        vision_config=dict(hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=3,
                           image_size=28, patch_size=7, hidden_act="gelu"),
        projection_dim=12)
    model = randomise(CLIPModel(config), generator)
    model.save_pretrained(folder)
    return model


def small_hps(path, vocabulary, generator):
    model = open_clip.model.CLIP(
        embed_dim=12,
        vision_cfg=dict(layers=2, width=24, head_width=8, patch_size=7, image_size=28, mlp_ratio=2.0),
        text_cfg=dict(context_length=20, vocab_size=vocabulary, width=16, heads=2, layers=2, mlp_ratio=2.0))
    randomise(model, generator)
    torch.save({"epoch": 3, "name": "tiny", "state_dict": model.state_dict()}, path)
    sizes = {"vision_heads": 3, "text_heads": 2, "image_size": 28, "activation": "gelu"}
    path.with_name(path.name + ".json").write_text(json.dumps(sizes) + "\n")
    return model


def small_blip(generator, vocabulary, image_size):
    config = BlipConfig(
        text_config=dict(hidden_size=16, encoder_hidden_size=24, intermediate_size=24, num_hidden_layers=2,
                         num_attention_heads=2, vocab_size=vocabulary, max_position_embeddings=40),
        vision_config=dict(hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=3,
                           image_size=image_size, patch_size=8, layer_norm_eps=1e-6),
        image_text_hidden_size=12)
    return randomise(BlipForImageTextRetrieval(config), generator)


def enlarged(blip, image_size):
    """The same weights for larger pictures, as Salesforce's code resizes their position embedding."""
    config = BlipConfig.from_dict(blip.config.to_dict())
    config.vision_config.image_size = image_size
    positions = blip.vision_model.embeddings.position_embedding.detach()
    side, width = image_size // 8, positions.shape[-1]
    grid = positions[:, 1:].reshape(1, 4, 4, width).permute(0, 3, 1, 2)
    grid = torch.nn.functional.interpolate(grid, size=(side, side), mode="bicubic", align_corners=False)
    state = blip.state_dict()
    state["vision_model.embeddings.position_embedding"] = torch.cat(
        [positions[:, :1], grid.permute(0, 2, 3, 1).flatten(1, 2)], 1)
    larger = BlipForImageTextRetrieval(config)
    larger.load_state_dict(state)
    return larger.eval()


def salesforce_names(state):
    table = [("vision_model.embeddings.class_embedding", "visual_encoder.cls_token"),
             ("vision_model.embeddings.position_embedding", "visual_encoder.pos_embed"),
             ("vision_model.embeddings.patch_embedding", "visual_encoder.patch_embed.proj"),
             ("vision_model.encoder.layers", "visual_encoder.blocks"),
             ("vision_model.post_layernorm", "visual_encoder.norm"),
             ("layer_norm1", "norm1"), ("layer_norm2", "norm2"), ("self_attn.projection", "attn.proj"),
             ("self_attn.qkv", "attn.qkv")]
    result = {}
    for name, tensor in state.items():
        if "position_ids" in name:
            continue
        for after, before in table:
            name = name.replace(after, before) if name.startswith("vision_model") or "visual" in name else name
        result[name] = tensor
    return result


def affine_head(prefix, features, generator):
    widths, state = [features, 10, 8, 6, 4, 1], {}
    for place, inputs, outputs in zip([0, 2, 4, 6, 7], widths, widths[1:]):
        state[f"{prefix}layers.{place}.weight"] = torch.randn(outputs, inputs, generator=generator) / math.sqrt(inputs)
        state[f"{prefix}layers.{place}.bias"] = 0.1 * torch.randn(outputs, generator=generator)
    return state


def apply_head(state, prefix, x):
    for place in [0, 2, 4, 6, 7]:
        x = torch.nn.functional.linear(x, state[f"{prefix}layers.{place}.weight"],
                                       state[f"{prefix}layers.{place}.bias"])
    return x


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(11)
    names = pictures(folder)
    images = [Image.open(folder / name).convert("RGB") for name in names]
    (folder / "captions.txt").write_text("".join(c + "\n" for c in CAPTIONS))

    # CLIP and HPSv2 share a small vocabulary, the first merges of the real one.
    real = (HERE.parent.parent / "data/tokenizers/clip/merges.txt").read_text().split("\n")
    merges = real[:301]
    (folder / "clip").mkdir(exist_ok=True)
    gz = folder / "merges.gz"
    gz.write_bytes(gzip.compress("\n".join(merges).encode()))
    open_clip_tokenizer = SimpleTokenizer(bpe_path=str(gz), context_length=20)
    gz.unlink()
    vocab = {("<|startoftext|>" if t == "<start_of_text>" else "<|endoftext|>" if t == "<end_of_text>" else t): i
             for t, i in open_clip_tokenizer.encoder.items()}
    for place in [folder / "clip", folder]:
        (place / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False) + "\n")
        (place / "merges.txt").write_text("\n".join(merges) + "\n")
    tokenizer = CLIPTokenizerFast.from_pretrained(folder / "clip", model_max_length=20)
    clip = small_clip(folder / "clip", len(vocab), generator)
    hps = small_hps(folder / "HPS_tiny.pt", len(vocab), generator)

    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(WORDS.split())]
    (folder / "vocab.txt").write_text("".join(p + "\n" for p in pieces))
    bert = BertTokenizer.from_pretrained(folder)
    blip = small_blip(generator, len(pieces), 32)
    larger = enlarged(blip, 48)
    (folder / "blip").mkdir(exist_ok=True)
    blip.save_pretrained(folder / "blip")
    shutil.copy(folder / "vocab.txt", folder / "blip")
    sizes = json.dumps({"vision_heads": 3, "text_heads": 2}) + "\n"
    state = salesforce_names(blip.state_dict())
    pretraining = {k: v for k, v in state.items() if not k.startswith("itm_head")}
    pretraining |= {"visual_encoder_m.cls_token": torch.zeros(1, 1, 24), "temp": torch.tensor(0.07),
                    "image_queue": torch.zeros(12, 4), "text_decoder.x": torch.zeros(3)}
    torch.save({"model": pretraining, "epoch": 1}, folder / "model_tiny.pth")
    (folder / "model_tiny.pth.json").write_text(sizes)
    head = affine_head("mlp.", 16, generator)
    torch.save({f"blip.{k}": v for k, v in pretraining.items() if "_m." not in k} | head, folder / "ImageReward_tiny.pt")
    (folder / "ImageReward_tiny.pt.json").write_text(sizes)
    aesthetic = affine_head("", 12, generator)
    torch.save(aesthetic, folder / "aesthetic_tiny.pth")

    rows = []
    with torch.no_grad():
        for image, caption in zip(images, CAPTIONS):
            ids = tokenizer([caption], truncation=True, max_length=20, padding="max_length", return_tensors="pt").input_ids
            t = unit(clip.text_projection(clip.text_model(ids).pooler_output))
            v = unit(clip.visual_projection(clip.vision_model(pillow_input(image, 28, False)).pooler_output))
            cosine = (t * v).sum().item()
            hps_t = unit(hps.encode_text(open_clip_tokenizer([caption])))
            row = {"pickscore": math.exp(2.5) * cosine, "clipscore": cosine,
                   "aesthetic": apply_head(aesthetic, "", v).item()}
            for name, antialias in [("hpsv2", True), ("hpsv2_no_antialias", False)]:
                row[name] = (hps_t * unit(hps.encode_image(hps_input(image, 28, antialias)))).sum().item()
            tokens = bert([caption], padding="max_length", truncation=True, max_length=35, return_tensors="pt")
            x = pillow_input(image, 32, True)
            out = blip(input_ids=tokens.input_ids, attention_mask=tokens.attention_mask, pixel_values=x, use_itm_head=False)
            row["blipscore"] = out.itm_score.item()
            row["blipscore_48"] = larger(
                input_ids=tokens.input_ids, attention_mask=tokens.attention_mask,
                pixel_values=pillow_input(image, 48, True), use_itm_head=False).itm_score.item()
            itm = blip(input_ids=tokens.input_ids, attention_mask=tokens.attention_mask,
                       pixel_values=square_input(image, 32)).itm_score
            row["blip_itm"] = itm.softmax(-1)[0, 1].item()
            patches = blip.vision_model(x).last_hidden_state
            hidden = blip.text_encoder(input_ids=tokens.input_ids, attention_mask=tokens.attention_mask,
                                       encoder_hidden_states=patches).last_hidden_state
            row["imagereward"] = (apply_head(head, "mlp.", hidden[:, 0]).item() - 0.16717362830052426) / 1.0333394966054072
            file = io.BytesIO()
            image.save(file, "JPEG", quality=95)
            row["jpeg_incompressibility"] = len(file.getvalue()) / 1000
            rows.append(row)
    (folder / "expected.json").write_text(json.dumps(rows, indent=1) + "\n")


main(pathlib.Path(sys.argv[1]))
