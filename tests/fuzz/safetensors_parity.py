#!/usr/bin/env python3
"""Our safetensors reader and the reference library take and refuse the same files.

  safetensors_parity.py [--mutants N] [--seed S] [--keep DIR] VERDICTS

VERDICTS is the program of safetensors_verdicts.cpp. Mutates small files N times and compares, for
each, acceptance, names, types, shapes, bytes and metadata. A file that only we refuse must be one
of those that docs/reliability.md lists (STRICTER below); a file that only we take is a bug.
"""
import argparse
import collections
import copy
import json
import random
import re
import struct
import subprocess
import sys
import time
from pathlib import Path

import safetensors

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

# What we refuse and the reference library takes, by our message.
STRICTER = {
    "a name, a field or a metadata entry twice": r" is given twice ",
    "nesting deeper than 8": r" nested deeper than 8 ",
    "more than 16 dimensions": r" has more than 16 dimensions ",
    "a length above 2^63 - 1": r" has a size that overflows 64 bits ",
    "a name longer than 4096 bytes": r" name is longer than 4096 bytes",
}

DTYPES = ["BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ",
          "F8_E5M2FNUZ", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "C64", "F64", "I64", "U64"]
NUMBERS = [0, 1, 2, 3, 4, 7, 8, 16, 255, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1, 2**64, -1,
           0.5, 1.0, 1e300, True, None, "1", [], {}]
NAMES = ["x", "w", "b", "__metadata__", "", "a" * 5000, "\u202e", "\x1b[31m", "\ud800", "\0", "caf\u00e9"]
SPACES = [b" ", b"\t", b"\r", b"\n", b"\0", b"\x0c", b"\xef\xbb\xbf", b",", b"}", b"{", b"[", b'"', b"//"]


def packed(header, buffer):
    return struct.pack("<Q", len(header)) + header + buffer


def written(entries, buffer):
    """entries: [(name, value)], so that names may repeat."""
    pairs = (f"{json.dumps(name)}:{json.dumps(value, separators=(',', ':'))}" for name, value in entries)
    return packed(("{" + ",".join(pairs) + "}").encode(), buffer)


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def seeds():
    yield [], b""
    yield [("x", tensor("F32", [], 0, 4))], b"abcd"
    yield [("__metadata__", {"format": "pt", "k": "v"}), ("w", tensor("F16", [2, 3], 0, 12)),
           ("b", tensor("U8", [3], 12, 15)), ("e", tensor("I64", [0, 5], 15, 15))], bytes(range(15))
    yield [("t", tensor("BOOL", [2], 0, 2)), ("q", tensor("F4", [4], 2, 4)), ("s", tensor("F6_E3M2", [4], 4, 7)),
           ("z", tensor("F8_E8M0", [1], 7, 8))], bytes(8)
    file = (GOLDEN / "safetensors_reference.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", file[:8])
    yield list(json.loads(file[8 : 8 + length]).items()), file[8 + length :]


# --- mutations: of the entries, then of the bytes ---------------------------------------------------
def one_of(options, choose):
    """A copy: what is put into a header may be changed once more."""
    return copy.deepcopy(choose.choice(options))


def change_field(entry, choose):
    field = choose.choice(["dtype", "shape", "data_offsets", "extra"])
    how = choose.random()
    if how < 0.1:
        entry.pop(field, None)
    elif how < 0.2:
        entry[field] = one_of([*NUMBERS, "F32", {"F32": None}, [["F32"]], {"a": [[[[[[[[1]]]]]]]]}], choose)
    elif field == "dtype":
        entry[field] = choose.choice([*DTYPES, "f32", "F33", ""])
    elif field == "extra":
        entry[choose.choice(["extra", "dtypes", "Shape"])] = one_of([1, None, "x", [1, [2]], {"a": {"b": 1}}], choose)
    else:
        change_numbers(entry, field, choose)


def change_numbers(entry, field, choose):
    numbers = entry.get(field)
    if not isinstance(numbers, list):
        return
    how = choose.random()
    if how < 0.4 and numbers:
        at = choose.randrange(len(numbers))
        small = isinstance(numbers[at], int) and choose.random() < 0.6
        numbers[at] = numbers[at] + choose.choice([-1, 1, 4, 8]) if small else one_of(NUMBERS, choose)
    elif how < 0.6:
        numbers.insert(choose.randint(0, len(numbers)), choose.choice(NUMBERS[:8]))
    elif how < 0.75 and numbers:
        numbers.pop(choose.randrange(len(numbers)))
    elif how < 0.9:
        choose.shuffle(numbers)
    else:
        numbers.extend([1] * choose.choice([14, 15, 16, 17, 40]))


def change_metadata(entries, choose):
    value = choose.choice([None, {}, {"a": "b"}, {"a": 1}, {"a": None}, {"a": ["b"]}, [], "x", {"\u202e": "\x1b"}])
    entries.insert(choose.randint(0, len(entries)), ("__metadata__", value))


def change_entries(entries, choose):
    how = choose.random()
    if how < 0.1 or not entries:
        change_metadata(entries, choose)
        return
    at = choose.randrange(len(entries))
    name, value = entries[at]
    if how < 0.2:
        entries[at] = (choose.choice(NAMES), value)
    elif how < 0.3:
        entries.insert(choose.randint(0, len(entries)), (name, json.loads(json.dumps(value))))
    elif how < 0.4:
        entries.pop(at)
    elif how < 0.45:
        entries[at] = (name, one_of([*NUMBERS, list(value.values()) if isinstance(value, dict) else 0], choose))
    elif how < 0.5:
        choose.shuffle(entries)
    elif isinstance(value, dict):
        change_field(value, choose)


def change_bytes(file, choose):
    file = bytearray(file)
    at = choose.randrange(len(file)) if file else 0
    how = choose.random()
    if how < 0.25 and file:
        file[at] ^= 1 << choose.randrange(8)
    elif how < 0.4 and file:
        file[at] = choose.choice(b'09aF{}[]":,\\ \x00\x7f\xff-+.e')
    elif how < 0.55:
        del file[at:]
    elif how < 0.7:
        file += choose.choice([b"\0", b" ", b"abcd", b"PK\x03\x04"])
    elif how < 0.85:
        del file[at : at + choose.choice([1, 2, 8])]
    else:
        file[at:at] = choose.choice(SPACES)
    return bytes(file)


def change_text(file, choose):
    """Within the header, with its length put right."""
    (length,) = struct.unpack("<Q", file[:8])
    header, buffer = file[8 : 8 + length], file[8 + length :]
    how = choose.random()
    if how < 0.3:
        header = choose.choice(SPACES) * choose.randint(1, 9) + header
    elif how < 0.6:
        header = header + choose.choice(SPACES) * choose.randint(1, 9)
    elif how < 0.8:
        at = choose.randrange(len(header))
        header = header[:at] + choose.choice([*SPACES, b"1", b"-", b"e5", b".0", b"\\u0041", b"\\ud800"]) + header[at:]
    else:
        numbers = [*re.finditer(rb"\d+", header)]
        if numbers:
            found = choose.choice(numbers)
            number = choose.choice([b"00", b"0x1", b"1e0", b"-0", b"1.0", b"99999999999999999999", b"1E400", b"NaN"])
            header = header[: found.start()] + number + header[found.end() :]
    return packed(header, buffer)


def mutant(originals, choose):
    entries, buffer = choose.choice(originals)
    entries = json.loads(json.dumps(entries))
    entries = [tuple(entry) for entry in entries]
    for _ in range(choose.choice([0, 1, 1, 1, 2, 3])):
        change_entries(entries, choose)
    file = written(entries, buffer)
    how = choose.random()
    if how < 0.35:
        file = change_text(file, choose)
    if how > 0.65:
        file = change_bytes(file, choose)
    return file


# --- comparison ------------------------------------------------------------------------------------
def reference(file):
    try:
        tensors = safetensors.deserialize(file)
    except safetensors.SafetensorError as error:
        return None, str(error)
    return {name: (info["dtype"], list(info["shape"]), bytes(info["data"])) for name, info in tensors}, ""


def ours(verdict, file):
    return {t["name"]: (t["dtype"], t["shape"], file[t["begin"] : t["end"]]) for t in verdict["tensors"]}


def metadata_of(file):
    (length,) = struct.unpack("<Q", file[:8])
    return json.loads(file[8 : 8 + length]).get("__metadata__") or {}


def difference(file, verdict):
    """Nothing, the name of a rule by which we are stricter, or "BUG: ..."."""
    theirs, error = reference(file)
    refusal = verdict.get("refused")
    if theirs is None:
        return None if refusal else f"BUG: only we take it; the reference says {error}"
    if refusal is None:
        same = ours(verdict, file) == theirs and verdict["metadata"] == metadata_of(file)
        return None if same else "BUG: other contents"
    for rule, message in STRICTER.items():
        if re.search(message, refusal):
            return rule
    return f"BUG: only we refuse it: {refusal}"


class Verdicts:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, file):
        self.process.stdin.write(struct.pack("<Q", len(file)) + file)
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("verdicts")
    parser.add_argument("--mutants", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files of bugs")
    options = parser.parse_args()
    verdict_on, choose, originals = Verdicts(options.verdicts), random.Random(options.seed), list(seeds())
    begin, accepted, counts, bugs = time.monotonic(), 0, collections.Counter(), []
    for number in range(options.mutants):
        file = mutant(originals, choose)
        verdict = verdict_on(file)
        accepted += "refused" not in verdict
        found = difference(file, verdict)
        counts[found.split(":")[0] if found else "agreed"] += 1
        if found and found.startswith("BUG"):
            bugs.append(found)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{number}.safetensors").write_bytes(file)
    print(f"{options.mutants} files, {accepted} accepted, {time.monotonic() - begin:.1f} s")
    for what, count in counts.most_common():
        print(f"{count:8} {what}")
    print(*bugs[:20], sep="\n")
    sys.exit(bool(bugs) or accepted < options.mutants // 20)  # refusing everything proves nothing


if __name__ == "__main__":
    main()
