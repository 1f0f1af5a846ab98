"""`export`: an adapter in the formats of other tools, with and without its model, and inside its model."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import GOLDEN
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

SOURCES = {"peft": GOLDEN / "lora_peft", "kohya": GOLDEN / "lora_kohya.safetensors"}
SUFFIXES = {  # of A and B
    "diffusers": (".lora_A.weight", ".lora_B.weight"),
    "peft": (".lora_A.weight", ".lora_B.weight"),
    "kohya": (".lora_down.weight", ".lora_up.weight"),
}


def export(rocm, source, target, *arguments):
    output = rocm.folder / target / ("" if target == "peft" else "lora.safetensors")
    output.parent.mkdir(exist_ok=True)
    done = rocm.run("export", "--lora", source, "--format", target, "--output", output, *arguments)
    assert done.returncode == 0, done.stderr
    return output / "adapter_model.safetensors" if target == "peft" else output


def products(file: Path, target: str, scale: float):
    """scale * B A of every layer, under names that all formats share."""
    a_end, b_end = SUFFIXES[target]
    tensors = load_file(file)
    layers = [name.removesuffix(a_end) for name in tensors if name.endswith(a_end)]
    return {
        layer.removeprefix("unet.").removeprefix("base_model.model.").removeprefix("lora_unet_")
        .replace(".", "_"): scale * (tensors[layer + b_end] @ tensors[layer + a_end])
        for layer in layers
    }


@pytest.mark.parametrize("target", ["diffusers", "kohya", "peft"])
@pytest.mark.parametrize("model", [[], ["--model", GOLDEN / "lcm"]])
def test_the_change_of_every_layer_stays(rocm, target, model):
    before = products(SOURCES["peft"] / "adapter_model.safetensors", "peft", 2.0)  # alpha 8, rank 4
    file = export(rocm, SOURCES["peft"], target, *model)
    after = products(file, target, 1.0 if target == "diffusers" else 2.0)
    assert after.keys() == before.keys() and len(after) > 10
    for layer in before:
        np.testing.assert_allclose(after[layer], before[layer], rtol=1e-5, atol=1e-7)


def test_a_kohya_file_needs_its_model_to_get_its_names_back(rocm):
    done = rocm.run(
        "export", "--lora", SOURCES["kohya"], "--format", "diffusers",
        "--output", rocm.folder / "lora.safetensors",
    )
    assert done.returncode == 2 and "--model" in done.stderr, done.stderr
    export(rocm, SOURCES["kohya"], "diffusers", "--model", GOLDEN / "lcm")
    export(rocm, SOURCES["kohya"], "kohya")


def test_an_adapter_with_nan_is_refused_and_named(rocm):
    file = rocm.folder / "nan.safetensors"
    save_file({
        "unet.conv_in.lora_A.weight": np.full((2, 3), np.nan, np.float32),
        "unet.conv_in.lora_B.weight": np.ones((3, 2), np.float32),
    }, file)
    done = rocm.run("export", "--lora", file, "--format", "kohya", "--output", rocm.folder / "out")
    assert done.returncode == 3 and "conv_in" in done.stderr and "NaN" in done.stderr, done.stderr


def test_metadata_holds_what_every_release_of_peft_knows_and_b_stays_as_trained(rocm):
    file = export(rocm, SOURCES["peft"], "diffusers", "--metadata", "--model", GOLDEN / "lcm")
    with safe_open(file, "numpy") as opened:
        settings = json.loads(opened.metadata()["lora_adapter_metadata"])
    assert settings == {
        "unet.r": 4, "unet.lora_alpha": 8, "unet.lora_dropout": 0.0, "unet.bias": "none",
        "unet.target_modules": ["to_k", "to_out.0", "to_q", "to_v"],
    }
    before = load_file(SOURCES["peft"] / "adapter_model.safetensors")
    for name, tensor in load_file(file).items():
        np.testing.assert_array_equal(tensor, before["base_model.model." + name.removeprefix("unet.")])


@pytest.mark.parametrize("target", ["diffusers", "kohya"])
def test_a_folder_gets_the_usual_name(rocm, target):
    done = rocm.run(
        "export", "--lora", SOURCES["peft"], "--format", target, "--output", rocm.folder, "--dtype", "fp16"
    )
    assert done.returncode == 0, done.stderr
    tensors = load_file(rocm.folder / "pytorch_lora_weights.safetensors")
    numbers = {tensor.dtype for name, tensor in tensors.items() if not name.endswith(".alpha")}
    assert numbers == {np.dtype(np.float16)}


def test_a_name_of_another_format_is_refused(rocm):
    file = rocm.folder / "lora.bin"
    done = rocm.run("export", "--lora", SOURCES["peft"], "--format", "diffusers", "--output", file)
    assert done.returncode == 2 and ".safetensors" in done.stderr and not file.exists(), done.stderr


def test_an_adapter_of_another_model_is_refused(rocm):
    name = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    file = rocm.folder / "other.safetensors"
    save_file({f"{name}.lora_A.weight": np.ones((2, 7), np.float32),
               f"{name}.lora_B.weight": np.ones((7, 2), np.float32)}, file)
    for target in ("kohya", "merged"):
        done = rocm.run("export", "--lora", file, "--format", target, "--output", rocm.folder / "out",
                        "--model", "world/lcm")
        assert done.returncode == 3 and "has shape [7, 7]" in done.stderr, done.stderr
        assert not (rocm.folder / "out").exists()


# --- merged --------------------------------------------------------------------------------------


def merge(rocm, adapter, *arguments, model="world/lcm", expect=0):
    output = rocm.folder / "merged"
    done = rocm.run("export", "--lora", adapter, "--format", "merged", "--model", model, "--output", output,
                    *arguments)
    assert done.returncode == expect, done.stderr
    return done.stderr if expect else output


@pytest.fixture
def adapter(rocm):
    """Of convolutions, too; trained so hard that its pictures differ visibly from the base model's."""
    targets = ["to_q", "to_v", "proj_in", "conv1", "upsamplers.0.conv", "time_emb_proj"]
    return rocm.train("out", optimizer__learning_rate=2e-2, run__iterations=2, lora__targets=targets) / (
        "lora.safetensors")


def latents(rocm, model, *arguments):
    tensors = rocm.folder / "tensors.safetensors"
    done = rocm.run("sample", "--model", model, "--prompts", "world/validation.txt", "--set=model.steps=3",
                    "--output", rocm.folder / "pictures", "--tensors", tensors, *arguments)
    assert done.returncode == 0, done.stderr
    return load_file(tensors)["latent"]


def test_a_merged_model_draws_what_the_adapter_draws(rocm, adapter):
    with_adapter = latents(rocm, "world/lcm", "--lora", adapter)
    np.testing.assert_allclose(latents(rocm, merge(rocm, adapter)), with_adapter, atol=1e-5)
    assert np.abs(with_adapter - latents(rocm, "world/lcm")).max() > 0.05


def test_a_merged_model_is_a_whole_model_folder(rocm, adapter):
    merged = merge(rocm, adapter, "--dtype", "fp16")
    original = Path("world/lcm")
    files = sorted(path.relative_to(original) for path in original.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(merged) for path in merged.rglob("*") if path.is_file())
    weights = Path("unet/diffusion_pytorch_model.safetensors")
    for file in files:
        assert (file == weights) != ((merged / file).read_bytes() == (original / file).read_bytes()), file
    before, after = load_file(original / weights), load_file(merged / weights)
    assert {tensor.dtype for tensor in after.values()} == {np.dtype(np.float16)}
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    adapted = {name.removeprefix("unet.").split(".lora")[0] + ".weight" for name in load_file(adapter)}
    assert changed == adapted
    assert rocm.run("inspect", merged).returncode == 0


def as_shards(folder: Path):
    tensors = load_file(folder / "diffusion_pytorch_model.safetensors")
    (folder / "diffusion_pytorch_model.safetensors").unlink()
    halves = {f"diffusion_pytorch_model-0000{i + 1}-of-00002.safetensors": sorted(tensors)[i::2] for i in (0, 1)}
    for name, half in halves.items():
        save_file({key: tensors[key] for key in half}, folder / name)
    index = {"metadata": {}, "weight_map": {key: name for name, half in halves.items() for key in half}}
    (folder / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))


def as_variant(folder: Path):
    for name in ("unet/diffusion_pytorch_model", "text_encoder/model"):
        (folder.parent / f"{name}.safetensors").rename(folder.parent / f"{name}.fp16.safetensors")


@pytest.mark.parametrize("stored", [as_shards, as_variant])
def test_it_matters_not_how_the_models_weights_are_stored(rocm, stored):
    model = rocm.folder / "model"
    shutil.copytree("world/lcm", model)
    stored(model / "unet")
    adapter = rocm.folder / "adapter.safetensors"
    save_file({"unet.conv_in.lora_A.weight": np.full((1, 4, 3, 3), 0.1, np.float32),
               "unet.conv_in.lora_B.weight": np.full((32, 1, 1, 1), 0.1, np.float32)}, adapter)
    merged = load_file(merge(rocm, adapter, model=model) / "unet/diffusion_pytorch_model.safetensors")
    original = load_file("world/lcm/unet/diffusion_pytorch_model.safetensors")
    assert merged.keys() == original.keys()
    np.testing.assert_allclose(
        merged["conv_in.weight"], original["conv_in.weight"].astype(np.float32) + 0.01, atol=1e-7)
    assert (rocm.folder / "merged/text_encoder/model.safetensors").exists()


def test_merging_replaces_nothing(rocm):
    (rocm.folder / "merged").mkdir()
    (rocm.folder / "merged/mine.txt").write_text("mine")
    assert "there is something already" in merge(rocm, SOURCES["peft"], expect=2)
    assert [path.name for path in (rocm.folder / "merged").iterdir()] == ["mine.txt"]


# --- several ranks -------------------------------------------------------------------------------


def test_an_adapter_of_several_ranks_is_drawn_with_and_not_trained_from(rocm):
    folder = rocm.folder / "mixed"
    shutil.copytree(SOURCES["peft"], folder)
    tensors = load_file(folder / "adapter_model.safetensors")
    layer = min(tensors).split(".lora_A")[0]
    tensors[f"{layer}.lora_A.weight"] = np.repeat(tensors[f"{layer}.lora_A.weight"], 2, axis=0)
    tensors[f"{layer}.lora_B.weight"] = np.repeat(tensors[f"{layer}.lora_B.weight"], 2, axis=1)
    save_file(tensors, folder / "adapter_model.safetensors")
    config = json.loads((folder / "adapter_config.json").read_text())
    done = rocm.run("inspect", folder)
    assert done.returncode == 3 and "should have rank 4" in done.stderr, "what the pattern must say"
    config["rank_pattern"] = {layer.removeprefix("base_model.model."): 8}  # twice B A over twice the rank
    (folder / "adapter_config.json").write_text(json.dumps(config))
    plain = latents(rocm, GOLDEN / "lcm", "--lora", SOURCES["peft"])
    np.testing.assert_allclose(latents(rocm, GOLDEN / "lcm", "--lora", folder), plain, atol=1e-4)
    done = rocm.run(*rocm.train_arguments("out", model__path=GOLDEN / "lcm", reward__0__path=GOLDEN / "clip",
                                          lora__load=folder))
    assert done.returncode == 3 and "has shape [8, " in done.stderr and "lora.rank" in done.stderr, done.stderr
