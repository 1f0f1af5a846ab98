# SPDX-License-Identifier: Apache-2.0
"""The small BLIP of world/imagereward: its sizes, its tokenizer, and its file in ImageReward's naming."""
import json

import torch
from transformers import BertTokenizer, BlipConfig, BlipForImageTextRetrieval

import heads
from common import CACHE, TOKENS
from tokenizer import words

WIDTH, VISION_LAYERS, TEXT_LAYERS, HEADS, PATCH, PROJECTION = 64, 4, 2, 4, 8, 64
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words()]
# Of the raw output over the pictures of ImageReward's authors: the score is told in these units.
MEAN, DEVIATION = 0.16717362830052426, 1.0333394966054072
# transformers' names and the authors', below vision_model. and visual_encoder.
NAMES = [("embeddings.class_embedding", "cls_token"), ("embeddings.position_embedding", "pos_embed"),
         ("embeddings.patch_embedding.", "patch_embed.proj."), ("encoder.layers.", "blocks."),
         ("post_layernorm.", "norm."), ("layer_norm1.", "norm1."), ("layer_norm2.", "norm2."),
         ("self_attn.projection.", "attn.proj."), ("self_attn.qkv.", "attn.qkv.")]


def new_blip():
    """Captions may have TOKENS tokens; the norms of the picture's tower have the authors' epsilon."""
    sizes = {"num_attention_heads": HEADS, "initializer_range": WIDTH ** -0.5}
    return BlipForImageTextRetrieval(BlipConfig(
        text_config={"hidden_size": WIDTH, "encoder_hidden_size": WIDTH, "intermediate_size": 4 * WIDTH,
                     "num_hidden_layers": TEXT_LAYERS, "vocab_size": len(PIECES),
                     "max_position_embeddings": TOKENS, "attention_probs_dropout_prob": 0.0,
                     "hidden_dropout_prob": 0.0, "pad_token_id": 0, "bos_token_id": 2,
                     "sep_token_id": 3, "eos_token_id": 3, **sizes},
        vision_config={"hidden_size": WIDTH, "intermediate_size": 4 * WIDTH,
                       "num_hidden_layers": VISION_LAYERS, "image_size": 64, "patch_size": PATCH,
                       "layer_norm_eps": 1e-6, **sizes},
        image_text_hidden_size=PROJECTION, initializer_range=WIDTH ** -0.5))


def tokenizer(folder=CACHE / "bert"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in PIECES))
    return BertTokenizer.from_pretrained(folder)


def encode(reader, captions):
    """Ids and mask [n, L], padded to the longest of them."""
    told = reader(list(captions), padding=True, max_length=TOKENS, truncation=True, return_tensors="pt")
    return told.input_ids, told.attention_mask


def joint(blip, patches, ids, mask):
    """What the captions' first token knows after looking at the patches."""
    return blip.text_encoder(input_ids=ids, attention_mask=mask,
                             encoder_hidden_states=patches).last_hidden_state[:, 0]


def authors_name(name):
    if not name.startswith("vision_model."):
        return f"blip.{name}"
    name = name.removeprefix("vision_model.")
    for ours, theirs in NAMES:
        name = name.replace(ours, theirs)
    return f"blip.visual_encoder.{name}"


def write(folder, blip, head):
    """ImageReward.pt, its sizes beside it, and the pieces of its captions."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {authors_name(k): v for k, v in blip.state_dict().items()
            if "position_ids" not in k and not k.startswith("itm_head")}
    heads.save(folder / "ImageReward.pt", **kept, **{f"mlp.{k}": v for k, v in head.state_dict().items()})
    sizes = {"vision_heads": HEADS, "text_heads": HEADS, "image_size": 64}
    (folder / "ImageReward.pt.json").write_text(json.dumps(sizes) + "\n")
    tokenizer(folder)


def load(folder):
    """The file in transformers' classes, in fp32: (blip, head, tokenizer)."""
    stored = torch.load(folder / "ImageReward.pt", weights_only=True)
    blip = new_blip()
    wanted = {name: authors_name(name) for name in blip.state_dict()}
    state = {name: stored[theirs].float() for name, theirs in wanted.items() if theirs in stored}
    missing = blip.load_state_dict(state, strict=False).missing_keys
    assert all("position_ids" in name or name.startswith("itm_head") for name in missing), missing
    return blip.eval(), heads.load(folder / "ImageReward.pt", "mlp."), tokenizer(folder)
