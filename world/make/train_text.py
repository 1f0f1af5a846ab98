# SPDX-License-Identifier: Apache-2.0
"""Teaches a fresh CLIP text encoder to say what stands where, before any picture is drawn.

A throw-away reader (one query per cell of an 8x8 grid, cross attention, a small MLP) must name the
thing, its colour, size and shape in each cell, and the background. In a causal encoder the first
thing's own tokens cannot know the relation word that follows; so two more losses ask the second
thing's tokens where it stands, and the end token for all facts: without them the direction of a
relation stays a coin toss for a thousand steps. The U-Net's cross attention then finds the layout
ready. Minutes instead of hours.
`train_text.py` makes the one that draws and that world/clip starts from, `train_text.py text2` another,
smaller one for the second CLIP. Out: CACHE/text, CACHE/text2.
"""
import dataclasses
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from transformers import CLIPTextConfig, CLIPTextModel

import tokenizer as world_tokenizer
from common import CACHE, SEED, TEXT_WIDTH, TOKENS, Meter, cosine, one_thread
from language import (BACKGROUNDS, COLOURS, RELATIONS, SHAPES, SIZES, held_out, parse,
                      random_scene)
from render import place

BATCH, RATE, CELLS = 64, 2e-3, 8
COLOUR, SHAPE = list(COLOURS), list(SHAPES)
HEADS = {"colour": 9, "shape": 7, "size": 3, "background": 4}


@dataclasses.dataclass(frozen=True)
class Size:
    """One text encoder: its folder in the cache, its seeds and sizes."""

    seed: int
    draws: int          # seed of the captions drawn
    width: int
    layers: int
    steps: int


KINDS = {"text": Size(SEED, 3, TEXT_WIDTH, 3, 1200), "text2": Size(SEED + 1, 5, 64, 2, 900)}
AXES = ["none", "across", "down"]
FACTS = {"axis": 3, "background": 4, "colour1": 8, "shape1": 6, "size1": 2,
         "colour2": 9, "shape2": 7, "size2": 3}


def numbers(scene):
    """Class numbers of FACTS: the things as they stand, from the left or from above."""
    axis, a, b = scene.placed()
    of = lambda t: [list(COLOURS).index(t.colour), SHAPES.index(t.shape), SIZES.index(t.size)]
    second = [1 + n for n in of(b)] if b else [0, 0, 0]
    return [AXES.index(axis), list(BACKGROUNDS).index(scene.background), *of(a), *second]


def text_config(tokenizer, size):
    return CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=size.width, intermediate_size=4 * size.width,
        num_hidden_layers=size.layers, num_attention_heads=4, max_position_embeddings=TOKENS,
        projection_dim=size.width, hidden_act="quick_gelu", bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)


class Marks(nn.Module):
    """Linear questions to single tokens: the second thing's place, and the end token's facts."""

    def __init__(self, width):
        super().__init__()
        self.place = nn.Linear(width, len(RELATIONS))
        self.facts = nn.Linear(width, sum(FACTS.values()))

    def loss(self, states, scenes, ends):
        rows, columns, places = [], [], []
        for i, scene in enumerate(scenes):
            if scene.relation:
                first = 6 + len(scene.relation.split())      # the second thing's size word
                rows += [i] * 3
                columns += [first, first + 1, first + 2]
                places += [RELATIONS.index(scene.relation)] * 3
        place = F.cross_entropy(self.place(states[rows, columns]), torch.tensor(places))
        answers = self.facts(states[torch.arange(len(scenes)), ends]).split(
            list(FACTS.values()), -1)
        target = torch.tensor([numbers(s) for s in scenes])
        facts = sum(F.cross_entropy(a, target[:, i]) for i, a in enumerate(answers))
        return {"place": place, "facts": facts / len(FACTS)}


class Reader(nn.Module):
    """One learned question per cell, answered from the text alone."""

    def __init__(self, width, heads=4):
        super().__init__()
        self.question = nn.Parameter(torch.randn(CELLS * CELLS, width) * 0.2)
        self.ask = nn.MultiheadAttention(width, heads, batch_first=True)
        self.think = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(),
                                   nn.Linear(2 * width, sum(HEADS.values())))

    def forward(self, text):
        q = self.question.expand(len(text), -1, -1)
        answer, _ = self.ask(q, text, text, need_weights=False)
        parts = self.think(q + answer).split(list(HEADS.values()), -1)
        return dict(zip(HEADS, parts))


def shown(scene, layout, side=CELLS):
    """What each of side x side cells shows of things at [(cx, cy, r)]: [4, side * side] class
    numbers, 0 for nothing."""
    out = np.zeros((4, side, side), np.int64)
    out[3] = list(BACKGROUNDS).index(scene.background)
    grid = (np.arange(side) + 0.5) * 64 / side
    for thing, (cx, cy, r) in zip(scene.things, layout):
        inside = (abs(grid[None, :] - cx) < r) & (abs(grid[:, None] - cy) < r)
        out[0][inside] = 1 + COLOUR.index(thing.colour)
        out[1][inside] = 1 + SHAPE.index(thing.shape)
        out[2][inside] = 1 + SIZES.index(thing.size)
    return out.reshape(4, -1)


def cells(rng, scene):
    """The cells of one drawing of the scene."""
    centres, radii = place(rng, scene)
    return shown(scene, [(cx, cy, r) for (cx, cy), r in zip(centres, radii)])


def draw(rng, tokenizer, count):
    scenes = []
    while len(scenes) < count:
        scene = random_scene(rng)
        if not held_out(scene):
            scenes.append(scene)
    ids = world_tokenizer.encode(tokenizer, [s.caption() for s in scenes])
    return ids, torch.from_numpy(np.stack([cells(rng, s) for s in scenes])), scenes


@torch.no_grad()
def check(text, reader, tokenizer):
    """Share of right answers at the cells where held-out pictures have a thing."""
    data = np.load(CACHE / "scenes_held.npz")
    scenes = [parse(str(c)) for c in data["captions"][:400]]
    rng = np.random.default_rng(5)
    target = torch.from_numpy(np.stack([cells(rng, s) for s in scenes]))
    ids = world_tokenizer.encode(tokenizer, [s.caption() for s in scenes])
    answer = reader(text(ids).last_hidden_state)
    there = target[:, 0] > 0
    right = {k: (answer[k].argmax(-1) == target[:, i])[there].float().mean().item()
             for i, k in enumerate(HEADS)}
    print("held out, on things:", {k: round(v, 3) for k, v in right.items()}, flush=True)


def main(name="text"):
    size = KINDS[name]
    torch.manual_seed(size.seed)
    tokenizer, rng = world_tokenizer.load(), np.random.default_rng(size.draws)
    text = CLIPTextModel(text_config(tokenizer, size))
    reader, marks = Reader(size.width), Marks(size.width)
    params = [p for m in (text, reader, marks) for p in m.parameters()]
    optimizer = torch.optim.AdamW(params, RATE, betas=(0.9, 0.98), weight_decay=0.01)
    meter = Meter(name, 100)
    for step in range(size.steps):
        ids, target, scenes = draw(rng, tokenizer, BATCH)
        for group in optimizer.param_groups:
            group["lr"] = RATE * cosine(step, size.steps, warm=200)
        states = text(ids).last_hidden_state
        answer = reader(states)
        losses = {k: F.cross_entropy(answer[k].transpose(1, 2), target[:, i])
                  for i, k in enumerate(HEADS)}
        ends = (ids == tokenizer.eos_token_id).int().argmax(1)
        losses |= marks.loss(states, scenes, ends)
        sum(losses.values()).backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        meter(step, **losses)
        if step % 200 == 199:
            check(text, reader, tokenizer)
    text.save_pretrained(CACHE / name)


if __name__ == "__main__":
    one_thread()
    main(*sys.argv[1:])
