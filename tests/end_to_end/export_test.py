"""`export`: an adapter in the formats of other tools, with and without its model."""

from pathlib import Path

import numpy as np
import pytest
from conftest import GOLDEN
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
