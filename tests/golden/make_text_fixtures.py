#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes small_clip_tokenizer/ and small_clip_tokenizer_json/: two tokenizers with few entries, and
what the `tokenizers` library (0.23.3) makes of some texts.

usage: make_text_fixtures.py FOLDER
"""
import json
import pathlib
import sys

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

BEGIN, END = "<|startoftext|>", "<|endoftext|>"
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
MERGES = ["r e", "re d</w>", "b l", "u e</w>", "bl ue</w>", "c i", "ci r", "c l", "cl e</w>",
          "cir cle</w>", "s q", "sq u", "a re</w>", "r e</w>", "a re</w>", "squ are</w>",
          "o n</w>", "Ã ©</w>", "a a", "aa aa", "aa a", "! !</w>", "! !"]
TEXTS = ["a red circle", "A  Red\tCIRCLE!!", "blue square on a red circle", "", "aaaaaaa aaaaaaaa",
         "it's blue", "café 12", "red<|endoftext|>blue", "red <|EndOfText|> blue", "<|startoftext|>",
         "!!<|endoftext|>'s", "!!!!! blue's", "日本", "on " * 20]


def vocabulary(merges, without=""):
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    characters = [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]
    tokens = [c for c in characters if c not in without]
    tokens += [token + "</w>" for token in tokens] + ["".join(m.split()) for m in merges]
    return {token: i for i, token in enumerate(dict.fromkeys([*tokens, BEGIN, END]))}


def tokenizer(vocab, merges, normalized):
    model = models.BPE(vocab, [tuple(m.split()) for m in merges], unk_token=END,
                       continuing_subword_prefix="", end_of_word_suffix="</w>", fuse_unk=False)
    made = Tokenizer(model)
    made.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True),
         pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.add_special_tokens([AddedToken(t, normalized=normalized, special=True) for t in (BEGIN, END)])
    made.post_processor = processors.RobertaProcessing(
        (END, vocab[END]), (BEGIN, vocab[BEGIN]), add_prefix_space=False, trim_offsets=False)
    return made


def cases(made, length, pad):
    rows = []
    for text in TEXTS:
        ids = made.encode(text).ids
        ids = ids[:length - 1] + ids[-1:] if len(ids) > length else ids
        rows.append({"text": text, "ids": ids + [pad] * (length - len(ids))})
    return {"length": length, "cases": rows}


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False) + "\n")


def main(folder):
    merges = list(dict.fromkeys(MERGES))
    two_files = folder / "small_clip_tokenizer"
    two_files.mkdir(parents=True, exist_ok=True)
    vocab = vocabulary(merges)
    write(two_files / "vocab.json", vocab)
    (two_files / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n")
    write(two_files / "tokenizer_config.json",
          {"model_max_length": 12, "pad_token": "!", "tokenizer_class": "CLIPTokenizer"})
    write(two_files / "cases.json", cases(tokenizer(vocab, merges, True), 12, vocab["!"]))

    one_file = folder / "small_clip_tokenizer_json"
    one_file.mkdir(parents=True, exist_ok=True)
    vocab = vocabulary(merges, without="Ãæ")
    merges = [m for m in merges if "Ã" not in m]
    made = tokenizer(vocab, merges, False)
    content = json.loads(made.to_str())
    content["model"]["merges"] = merges  # as tokenizers < 0.20 wrote them
    write(one_file / "tokenizer.json", content)
    write(one_file / "special_tokens_map.json", {"bos_token": BEGIN, "eos_token": {"content": END}})
    write(one_file / "cases.json", cases(made, 16, vocab[END]))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
