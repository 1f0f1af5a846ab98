"""`probe` against the whole objective in float64, made with diffusers' and PEFT's classes."""

import json
import shutil
from pathlib import Path

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
path = "CLIP"
[data]
prompts = "{GOLDEN}/prompts.txt"
micro_batch = 2
"""


def probe(rocm, case, lora="lora_peft", clip=GOLDEN / "clip", **settings):
    config, tensors = rocm.folder / "probe.toml", rocm.folder / "probe.safetensors"
    config.write_text(CONFIG.replace("CLIP", str(clip)))
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


# transformers 5.23, CLIPModel in float64 on the fixture's image, resized by torch's antialiased bicubic.
CLIP_REWARD = [-2.7826621279, 2.0387084182]


def test_the_reward_equals_transformers_on_the_same_picture(rocm):
    got = probe(rocm, CASES["none"], **{"model.precision": "fp64"})
    np.testing.assert_allclose(got["reward"], CLIP_REWARD, rtol=1e-6)
    np.testing.assert_allclose(got["loss"], -np.mean(CLIP_REWARD), rtol=1e-6)


def scorer_with_the_fixtures_reading(folder):
    """The scorer under a tokenizer that reads every prompt as 0, 2, 2, ...

    The fixture's rewards were made so: CLIPTokenizer(vocab_file=..., merges_file=...) of transformers 5
    ignores both names and answers with an empty vocabulary (begin 0, unknown 2). With the folder's real
    tokenizer the reward is CLIP_REWARD; everything else of the fixture stands, and is compared below.
    """
    clip = folder / "clip"
    clip.mkdir()
    for name in ("config.json", "model.safetensors", "preprocessor_config.json"):
        shutil.copy(GOLDEN / "clip" / name, clip)
    begin, unknown = "<|startoftext|>", "<|endoftext|>"
    (clip / "vocab.json").write_text(json.dumps({begin: 0, "\u0120": 1, unknown: 2}))
    (clip / "merges.txt").write_text("#version: 0.2\n")
    (clip / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "bos_token": begin,
        "eos_token": unknown, "unk_token": unknown, "pad_token": unknown,
    }))
    return clip


@pytest.mark.parametrize("precision", ["fp32", "fp64"])
@pytest.mark.parametrize("name", CASES)
def test_loss_reward_and_gradient_equal_the_float64_reference(rocm, name, precision):
    clip = scorer_with_the_fixtures_reading(rocm.folder)
    got = probe(rocm, CASES[name], clip=clip, **{"model.precision": precision})
    expected = load_file(GOLDEN / f"expected_{name}.safetensors")
    assert distance(got["reward"], expected["reward"]) < 1e-5
    assert distance(got["loss"], expected["loss"]) < 1e-5
    whole, worst = gradient_distances(got, expected)
    assert whole < 1e-5 and worst < 3e-5


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


def documented_noise():
    """The function `noise` of docs/noise.md."""
    names = {}
    exec(Path("docs/noise.md").read_text().split("```python")[1].split("```")[0], names)
    return names["noise"]


def test_the_sampled_js_is_that_of_the_noise_in_the_documents(rocm):
    settings = {"objective.divergence": "js", "objective.js_estimator": "sampled", "objective.js_samples": 3}
    got = probe(rocm, CASES["kl"], **settings)
    delta, noise = got["delta"].astype(np.float64), documented_noise()
    transitions, samples = delta.shape
    v = np.stack([noise(0, 1, b, transitions, (3,), 2**31) for b in range(samples)], 1)  # [M, B, 3]
    log_ratio = -(delta**2)[..., None] / 2 - delta[..., None] * v
    ratio = np.exp(log_ratio)
    f = (ratio * log_ratio - (1 + ratio) * np.log((1 + ratio) / 2)) / 2
    np.testing.assert_allclose(got["divergence"], f.mean(2), rtol=1e-4)
