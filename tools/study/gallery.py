# SPDX-License-Identifier: Apache-2.0
"""gallery: pictures of several policies side by side, a prompt a row."""

import json
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from .problem import Problem

ADVICE = "Give folders that `rocm-dist sample` wrote"
MARGIN, TEXT_WIDTH, FONT_SIZE = 8, 170, 14
CHARACTERS = 22  # of a prompt, in one line
HEAD = FONT_SIZE + 2 * MARGIN


def gallery(pictures, rows, output, scale=2):
    """pictures: {label: folder that `rocm-dist sample` wrote}"""
    columns = {label: _entries(folder, rows) for label, folder in pictures.items()}
    prompts = _prompts(columns)
    sheet = Sheet(len(columns), len(prompts), _size(columns, scale))
    for row, prompt in enumerate(prompts):
        sheet.name_row(row, prompt)
    for column, (label, entries) in enumerate(columns.items()):
        sheet.name_column(column, label)
        for row, (path, _) in enumerate(entries):
            sheet.add(column, row, path)
    sheet.image.save(output)


class Sheet:
    def __init__(self, columns, rows, size):
        self.size = size
        right, bottom = self._corner(columns, rows)
        self.image = Image.new("RGB", (right, bottom), "white")
        self.draw, self.font = ImageDraw.Draw(self.image), ImageFont.load_default(FONT_SIZE)

    def name_row(self, row, prompt):
        lines = "\n".join(textwrap.wrap(prompt, CHARACTERS))
        middle = self._corner(0, row)[1] + self.size[1] // 2
        self.draw.text((MARGIN, middle), lines, "black", self.font, anchor="lm")

    def name_column(self, column, label):
        middle = self._corner(column, 0)[0] + self.size[0] // 2
        self.draw.text((middle, MARGIN), label, "black", self.font, anchor="mt")

    def add(self, column, row, path):
        with _opened(path) as picture:
            scaled = picture.convert("RGB").resize(self.size, Image.Resampling.NEAREST)
        self.image.paste(scaled, self._corner(column, row))

    def _corner(self, column, row):
        width, height = self.size
        return TEXT_WIDTH + 2 * MARGIN + column * (width + MARGIN), HEAD + row * (height + MARGIN)


def _entries(folder, rows):
    """(path, prompt) of the first pictures."""
    try:
        lines = (Path(folder) / "index.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [(Path(folder) / line["image"], line["prompt"]) for line in map(json.loads, lines)]
    except OSError as error:
        raise Problem(f"{folder}: no index.jsonl", ADVICE) from error
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(f"{folder}: its index.jsonl is not an index of pictures", ADVICE) from error
    if len(entries) < rows:
        raise Problem(f"{folder}: {len(entries)} pictures are fewer than {rows} rows", "Sample more, or show fewer")
    return entries[:rows]


def _opened(path):
    try:
        return Image.open(path)
    except UnidentifiedImageError as error:
        raise Problem(f"{path}: not a picture", ADVICE) from error


def _prompts(columns):
    texts = {label: [prompt for _, prompt in entries] for label, entries in columns.items()}
    label, prompts = next(iter(texts.items()))
    for other, its in texts.items():
        if its != prompts:
            raise Problem(f"{other} was not drawn from the prompts of {label}", "Sample both from one file of prompts")
    return prompts


def _size(columns, scale):
    with _opened(next(iter(columns.values()))[0][0]) as first:
        return tuple(scale * length for length in first.size)
