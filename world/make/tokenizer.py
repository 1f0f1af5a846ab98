# SPDX-License-Identifier: Apache-2.0
"""A CLIP tokenizer whose vocabulary is the 256 bytes, merges for the world's words, two specials.

The files are written by hand: transformers 5 saves tokenizer.json only, and readers of the older
layout want vocab.json and merges.txt.
"""
import json

from common import CACHE, TOKENS
from language import BACKGROUNDS, COLOURS, RELATIONS, SHAPES, SIZES

START, END = "<|startoftext|>", "<|endoftext|>"
FOLDER = CACHE / "tokenizer"


def byte_symbols():
    """CLIP's printable stand-ins of the 256 bytes, in CLIP's order."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in shown]
    return [chr(b) for b in shown] + [chr(256 + i) for i in range(len(hidden))]


def words():
    text = ["a", *SIZES, *COLOURS, *SHAPES, *RELATIONS, "on", *BACKGROUNDS, "background"]
    return list(dict.fromkeys(" ".join(text).split()))


def apply(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


def make_merges():
    """Merges that make each word one token; earlier merges act on later words first."""
    merges = []
    for word in words():
        symbols = [*word[:-1], word[-1] + "</w>"]
        for pair in merges:
            symbols = apply(symbols, pair)
        while len(symbols) > 1:
            merges.append((symbols[0], symbols[1]))
            symbols = apply(symbols, merges[-1])
    return merges


def write(folder=FOLDER):
    folder.mkdir(parents=True, exist_ok=True)
    merges, symbols = make_merges(), byte_symbols()
    tokens = symbols + [s + "</w>" for s in symbols] + ["".join(m) for m in merges] + [START, END]
    vocab = {token: i for i, token in enumerate(tokens)}
    assert len(vocab) == len(tokens)
    dump = lambda name, value: (folder / name).write_text(
        json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False) + "\n")
    (folder / "merges.txt").write_text(
        "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    dump("special_tokens_map.json",
         {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END})
    dump("tokenizer_config.json", {
        "add_prefix_space": False, "bos_token": START, "do_lower_case": True, "eos_token": END,
        "errors": "replace", "model_max_length": TOKENS, "pad_token": END,
        "tokenizer_class": "CLIPTokenizer", "unk_token": END})


def load():
    """The tokenizer as transformers reads it from the files."""
    from transformers import CLIPTokenizer

    if not (FOLDER / "vocab.json").exists():
        write()
    return CLIPTokenizer.from_pretrained(FOLDER)


def encode(tokenizer, captions):
    """Ids [n, TOKENS], padded."""
    return tokenizer(list(captions), padding="max_length", max_length=TOKENS, truncation=True,
                     return_tensors="pt").input_ids


if __name__ == "__main__":
    write()
    tokenizer = load()
    for word in words():
        assert len(tokenizer(word).input_ids) == 3, word
    print("vocabulary", len(tokenizer), tokenizer("a large red circle").input_ids)
