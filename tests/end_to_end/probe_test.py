"""`probe` against the whole objective in float64, made with diffusers' and PEFT's classes."""

import json

import numpy as np
import pytest
from conftest import GOLDEN
from safetensors.numpy import load_file

CASES = {case["name"]: case for case in json.loads((GOLDEN / "cases.json").read_text())["cases"]}

CONFIG = f"""
[model]
path = "{GOLDEN}/lcm"
[lora]
rank = 4
alpha = 8
[[reward]]
name = "pickscore"
path = "{GOLDEN}/clip"
[data]
prompts = "{GOLDEN}/prompts.txt"
micro_batch = 2
"""


def probe(rocm, case, lora="lora_peft", **settings):
    config, tensors = rocm.folder / "probe.toml", rocm.folder / "probe.safetensors"
    config.write_text(CONFIG)
    chosen = {
        "objective.divergence": case["divergence"],
        "objective.beta": case["beta"],
        "objective.reference_gradient": case["reference_gradient"],
        "model.guidance_scale": case["guidance_scale"],
        **settings,
    }
    sets = [f"--set={key}={value}" for key, value in chosen.items()]
    done = rocm.run(
        "probe", "--config", config, "--lora", GOLDEN / lora,
        "--noise", GOLDEN / "noise.safetensors", "--tensors", tensors, *sets,
    )
    assert done.returncode == 0, done.stderr
    return load_file(tensors)


def distance(got, expected):
    """Relative, in the 2-norm."""
    got, expected = got.astype(np.float64), expected.astype(np.float64)
    return np.linalg.norm(got - expected) / max(np.linalg.norm(expected), 1e-30)


def gradient_distances(got, expected):
    names = [name for name in expected if name.startswith("gradient.")]
    assert names and all(name in got for name in names)
    whole = distance(
        np.concatenate([got[name].ravel() for name in names]),
        np.concatenate([expected[name].ravel() for name in names]),
    )
    return whole, max(distance(got[name], expected[name]) for name in names)


@pytest.mark.parametrize("name", CASES)
def test_the_forward_tensors_equal_the_float64_reference(rocm, name):
    case = CASES[name]
    got = probe(rocm, case)
    forward = load_file(GOLDEN / case["forward"])
    expected = load_file(GOLDEN / f"expected_{name}.safetensors")
    assert (got["timesteps"] == forward["timesteps"]).all()
    for tensor in ("sigma", "mean", "latent", "image", "text_embedding"):
        assert distance(got[tensor], forward[tensor]) < 2e-5, tensor
    for tensor in ("delta", "divergence"):
        if tensor in expected:
            assert distance(got[tensor], expected[tensor]) < 1e-4, tensor


# transformers 5.23, CLIPModel in float64 on the fixture's image, resized by torch's antialiased
# bicubic. The fixture's own reward (-2.6896, 1.8942) is not reproduced yet: docs/STATUS.md.
CLIP_REWARD = [-2.7826621279, 2.0387084182]


def test_the_reward_equals_transformers_on_the_same_picture(rocm):
    got = probe(rocm, CASES["none"], **{"model.precision": "fp64"})
    np.testing.assert_allclose(got["reward"], CLIP_REWARD, rtol=1e-6)
    np.testing.assert_allclose(got["loss"], -np.mean(CLIP_REWARD), rtol=1e-6)


@pytest.mark.parametrize("name", ["kl", "js-full"])
def test_the_gradient_of_the_divergence_equals_the_float64_reference(rocm, name):
    """The reward's part cancels between a case with a divergence and the one without."""
    double = {"model.precision": "fp64"}
    got, plain = probe(rocm, CASES[name], **double), probe(rocm, CASES["none"], **double)
    expected = load_file(GOLDEN / f"expected_{name}.safetensors")
    expected_plain = load_file(GOLDEN / "expected_none.safetensors")
    names = [tensor for tensor in expected if tensor.startswith("gradient.")]
    part = {tensor: got[tensor] - plain[tensor] for tensor in names}
    expected_part = {
        tensor: expected[tensor].astype(np.float64) - expected_plain[tensor] for tensor in names
    }
    whole, worst = gradient_distances(part, expected_part)
    assert whole < 1e-6 and worst < 1e-5


@pytest.mark.parametrize("name", CASES)
def test_single_precision_is_as_good_as_plain_pytorch(rocm, name):
    """fp32 PyTorch is 5e-6 off in the worst tensor and 2e-6 overall (cases.json)."""
    got = probe(rocm, CASES[name])
    exact = probe(rocm, CASES[name], **{"model.precision": "fp64"})
    whole, worst = gradient_distances(got, exact)
    assert whole < 5e-5 and worst < 3e-4


def test_every_adapter_format_is_the_same_function(rocm):
    peft = probe(rocm, CASES["kl"])
    kohya = probe(rocm, CASES["kl"], lora="lora_kohya.safetensors")
    assert gradient_distances(kohya, peft)[0] < 1e-6


@pytest.mark.parametrize("checkpoint", ["every_step", "none", "3"])
def test_gradients_do_not_depend_on_checkpointing(rocm, checkpoint):
    settings = {"model.checkpoint": checkpoint}
    got, plain = probe(rocm, CASES["kl"], **settings), probe(rocm, CASES["kl"])
    assert all((got[name] == plain[name]).all() for name in plain)
