#!/usr/bin/env python3
"""Writes a small seed corpus for each fuzz target below the folder OUT: make_seeds.py OUT.

Everything comes from tests/golden or is made here, without torch.
"""
import io
import json
import pickle
import shutil
import struct
import sys
import types
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden"


def safetensors(tensors, metadata=None, pad=True):
    """{name: (dtype, shape, bytes)} as a file."""
    header, buffer = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, (dtype, shape, data) in tensors.items():
        offsets = [len(buffer), len(buffer) + len(data)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        buffer += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8 if pad else 0)
    return struct.pack("<Q", len(text)) + text + buffer


def f32(*values):
    return struct.pack(f"<{len(values)}f", *values)


def fp32_matrix(rows, columns):
    return ("F32", [rows, columns], f32(*range(rows * columns)))


def safetensors_seeds():
    yield GOLDEN.joinpath("safetensors_reference.safetensors").read_bytes()
    yield safetensors({})
    yield safetensors({"x": ("F32", [], f32(1))}, {"format": "pt"})
    yield safetensors({"a": ("U8", [3], b"abc"), "b": ("I64", [0, 2], b"")}, pad=False)
    yield safetensors({"t": ("BOOL", [2], b"\x00\x01"), "q": ("F4", [2], b"\x12")})


def lora_seeds():
    peft = {
        "base_model.model.mid.to_q.lora_A.weight": fp32_matrix(2, 3),
        "base_model.model.mid.to_q.lora_B.weight": fp32_matrix(4, 2),
    }
    settings = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["to_q"],
                "rank_pattern": {"^mid.to_q": 2}, "alpha_pattern": {"to_q": 8}, "bias": "none"}
    yield json.dumps(settings).encode() + b"\0" + safetensors(peft)
    yield b"\0" + safetensors(peft)
    diffusers = {key.replace("base_model.model.", "unet."): value for key, value in peft.items()}
    settings = {"unet.r": 2, "unet.lora_alpha": 4, "unet.rank_pattern": {}}
    yield b"\0" + safetensors(diffusers, {"lora_adapter_metadata": json.dumps(settings)})
    yield b"\0" + safetensors({
        "lora_unet_mid_to_q.lora_down.weight": fp32_matrix(2, 3),
        "lora_unet_mid_to_q.lora_up.weight": fp32_matrix(4, 2),
        "lora_unet_mid_to_q.alpha": ("F32", [], f32(4)),
    })
    yield b"\0" + safetensors({
        "unet.conv_in.lora.down.weight": ("F16", [1, 1, 3, 3], bytes(18)),
        "unet.conv_in.lora.up.weight": ("F16", [2, 1, 1, 1], bytes(4)),
    })
    yield b"\0" + safetensors({"text_encoder.x.lora_A.weight": fp32_matrix(1, 1)})


def noise_seeds():
    yield safetensors({"z": ("F32", [2, 2, 1, 1, 2], f32(*range(8)))})
    yield safetensors({"z": ("F16", [2, 2, 2, 1, 1, 2], bytes(32))})


# --- torch.save ------------------------------------------------------------------------------------
def stand_in(module, name):
    """A class that pickles as module.name, without the module."""
    spare = sys.modules.setdefault(module, types.ModuleType(module))
    if not hasattr(spare, name):
        setattr(spare, name, type(name, (), {"__module__": module, "__qualname__": name}))
    return getattr(spare, name)


class Storage:
    def __init__(self, kind, key, elements):
        self.id = ("storage", stand_in("torch", kind), key, "cpu", elements)


class Call:
    def __init__(self, module, name, *arguments):
        self.call = (stand_in(module, name), arguments)

    def __reduce__(self):
        return self.call


class TorchPickler(pickle._Pickler):
    def persistent_id(self, value):
        return value.id if isinstance(value, Storage) else None


def program(value, protocol=2):
    stream = io.BytesIO()
    TorchPickler(stream, protocol).dump(value)
    return stream.getvalue()


def tensor(kind, key, sizes, strides, elements, offset=0):
    return Call("torch._utils", "_rebuild_tensor_v2", Storage(kind, key, elements), offset, sizes,
                strides, False, {})


def checkpoints():
    weight = tensor("FloatStorage", "0", (2, 3), (3, 1), 6)
    yield {"w": weight, "t": tensor("FloatStorage", "0", (3, 2), (1, 3), 6)}
    yield {"state_dict": {"module.w": weight}, "epoch": 3, "args": Call("argparse", "Namespace")}
    yield {"model": {"b": tensor("BoolStorage", "0", (24,), (1,), 24)}, "lr": 1e-4, "name": "caf\u00e9"}
    yield {"p": Call("torch._utils", "_rebuild_parameter", weight, True, {}), "n": 2**70, "s": {1, 2}}
    v3 = Call("torch._utils", "_rebuild_tensor_v3", Storage("UntypedStorage", "0", 24), 0, (6,), (1,),
              False, {}, stand_in("torch", "float32"), {})
    yield {"v3": v3, "bytes": b"abc", "nested": [(1, [2, {}])], "flag": True, "none": None}
    yield {"sub": Call("torch._tensor", "_rebuild_from_type_v2", stand_in("torch._utils", "_rebuild_tensor_v2"),
                       stand_in("torch.nn", "Buffer"), weight.call[1], {})}
    yield {"empty": tensor("FloatStorage", "0", (2**31 - 1, 2**31 - 1, 0), (2**31 - 1, 2**31 - 1, 1), 6)}


def pickle_seeds():
    for number, value in enumerate(checkpoints()):
        yield program(value, protocol=(2, 0, 4, 3, 5, 2, 2)[number])


def torch_archive(data, folder="archive", records=("0",), order=b"little"):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{folder}/data.pkl", data)
        archive.writestr(f"{folder}/byteorder", order)
        for record in records:
            archive.writestr(f"{folder}/data/{record}", bytes([0, 1] * 12))
        archive.writestr(f"{folder}/version", "3\n")
    return stream.getvalue()


def torch_file_seeds():
    for value in checkpoints():
        yield torch_archive(program(value))
    yield torch_archive(program({"w": 1}), order=b"big")


# --- texts -----------------------------------------------------------------------------------------
def golden_configs():
    for path in sorted(GOLDEN.glob("*_cfg/*.json")):
        yield path.read_bytes()


def model_config_seeds():
    yield from golden_configs()
    for path in sorted(ROOT.glob("world/lcm/*/*config.json")):
        yield path.read_bytes()


def index_seeds():
    yield json.dumps({"metadata": {"total_size": 12},
                      "weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}).encode()
    yield json.dumps({"weight_map": {"a": "../1.safetensors"}}).encode()
    yield json.dumps({"weight_map": {"a": "1.bin"}}).encode()


def tokenizer_seeds():
    vocabulary = {token: number for number, token in enumerate(
        ["a", "b", "o", "t", "a</w>", "b</w>", "o</w>", "ph", "<|startoftext|>", "<|endoftext|>"])}
    merges = "#version: 0.2\na b\n"
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "bos_token": "<|startoftext|>",
              "eos_token": {"content": "<|endoftext|>", "normalized": False}, "unk_token": "<|endoftext|>",
              "added_tokens_decoder": {"9": {"content": "<|endoftext|>", "lstrip": False}}}
    files = [json.dumps(dict(vocabulary, ab=10)).encode(), merges.encode(), json.dumps(config).encode(), b"{}"]
    yield b"c" + b"\0".join(files)
    whole = json.loads((GOLDEN / "small_clip_tokenizer_json/tokenizer.json").read_text())
    whole["model"]["vocab"] = dict(vocabulary, ab=10)
    whole["model"]["merges"] = [["a", "b"]]
    yield b"j" + json.dumps(whole).encode()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "photo", "of", "##s", "'", "don", "t"]
    yield b"b" + "\n".join(words).encode()
    yield b"k" + json.dumps({"model": {"vocab": {word: i for i, word in enumerate(words)}}}).encode()


def prompt_seeds():
    yield b"\0a photo of a cat\n\n  two caf\xc3\xa9s \r\n"
    yield b'\1["a", {"prompt": "b"}, {"caption": "c"}, {"text": "d"}]'
    yield b'\2"a"\n{"text": "b \\u00e9"}\n'
    yield b'\3id,prompt\r\n1,"a ""quoted"", text"\r\n2,b\r\n'
    yield b"\4prompt\tscore\na\t1\n"


def configuration_seeds():
    for path in sorted((ROOT / "experiments").glob("*.toml")):
        yield path.read_bytes()
    yield b'[model]\npath = "m"\n[[reward]]\nname = "pickscore"\npath = "c"\n[data]\nprompts = "p.txt"\n' \
          b"\0objective.beta=0.2"
    yield b"\0reward[0].name=pickscore"


def sweep_seeds():
    for path in sorted((ROOT / "experiments").glob("*.toml")):
        if b"[sweep" in path.read_bytes():
            yield path.read_bytes()
    run = b'[model]\npath = "m"\n[[reward]]\nname = "pickscore"\npath = "c"\n[data]\nprompts = "p.txt"\n'
    yield run + b'[sweep]\nrun.seed = [0, 1]\n[sweep.zip]\n"model.steps" = [4, 8]\ndata.batch_size = [2, 4]\n'
    yield run + b'[sweep]\nreward = [[{name = "shapes"}], [{name = "hpsv2", path = "h", weight = 0.5}]]\n'
    yield run + b'[sweep]\n"reward.0.weight" = [1, 2.5]\n[[sweep.zip]]\nrun.seed = [3]\n\0sweep.run.seed=[4, 5]'


def images(ending):
    for path in sorted((GOLDEN / "images").glob(f"*.{ending}")):
        yield path.read_bytes()


def inspection_seeds():
    for kind, seeds in enumerate([safetensors_seeds, torch_file_seeds, golden_configs, index_seeds]):
        for seed in seeds():
            yield bytes([kind]) + seed
    for seed in lora_seeds():
        yield b"\0" + seed[seed.index(b"\0") + 1:]
    yield b"\4" + json.dumps({"_class_name": "P", "unet": ["diffusers", "U"], "vae": [None, None]}).encode()


SEEDS = {
    "configuration": configuration_seeds,
    "inspection": inspection_seeds,
    "jpeg": lambda: images("jpg"),
    "lora": lora_seeds,
    "model_config": model_config_seeds,
    "noise": noise_seeds,
    "pickle": pickle_seeds,
    "png": lambda: images("png"),
    "prompts": prompt_seeds,
    "safetensors": safetensors_seeds,
    "sharded_index": index_seeds,
    "sweep": sweep_seeds,
    "tokenizer_files": tokenizer_seeds,
    "torch_file": torch_file_seeds,
}


def main():
    out = Path(sys.argv[1])
    for target, seeds in SEEDS.items():
        shutil.rmtree(out / target, ignore_errors=True)
        (out / target).mkdir(parents=True)
        for number, seed in enumerate(seeds()):
            (out / target / f"seed-{number:02}").write_bytes(seed)


if __name__ == "__main__":
    main()
