"""diffusers itself draws what `sample --lora` draws. Skipped, loudly, where diffusers is not installed:
.deps/python/bin/pip install diffusers==0.42.1 transformers==5.23.0 peft==0.21.2 torch==2.11.0"""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")
pytest.importorskip("peft")

PROMPTS = ["a large red circle left of a small blue square on a grey background",
           "a small cyan ring on a black background"]


@pytest.fixture
def noise(rocm):
    z = np.random.default_rng(3).standard_normal((8, 2, 4, 16, 16)).astype(np.float32)
    save_file({"z": z}, rocm.folder / "z.safetensors")
    return torch.from_numpy(z)


@pytest.fixture
def adapter(rocm):
    """Trained so hard that its pictures differ visibly from the base model's."""
    return rocm.train("out", optimizer__learning_rate=2e-2) / "lora.safetensors"


def ours(rocm, *arguments):
    prompts, tensors = rocm.folder / "prompts.txt", rocm.folder / "tensors.safetensors"
    prompts.write_text("\n".join(PROMPTS) + "\n")
    done = rocm.run(
        "sample", "--model", "world/lcm", "--prompts", prompts, "--output", rocm.folder / "pictures",
        "--noise", rocm.folder / "z.safetensors", "--tensors", tensors, *arguments,
    )
    assert done.returncode == 0, done.stderr
    return load_file(tensors)["image"]


def theirs(monkeypatch, z, adapter=None):
    """The pipeline as a user calls it; the scheduler's noise is taken from z."""
    pipeline = diffusers.LatentConsistencyModelPipeline.from_pretrained(
        "world/lcm", dtype=torch.float32
    )
    if adapter is not None:
        pipeline.load_lora_weights(adapter.parent, weight_name=adapter.name)
    draws = iter(z[1:])
    monkeypatch.setattr(
        "diffusers.schedulers.scheduling_lcm.randn_tensor", lambda *_, **__: next(draws)
    )
    pictures = pipeline(
        PROMPTS, latents=z[0], num_inference_steps=8, guidance_scale=8.0, output_type="pt",
        height=64, width=64,
    )
    return pictures.images.numpy()


def test_the_base_model_draws_the_same_pictures(rocm, monkeypatch, noise):
    np.testing.assert_allclose(ours(rocm), theirs(monkeypatch, noise), atol=1e-4)


def test_a_trained_adapter_draws_the_same_pictures(rocm, monkeypatch, noise, adapter):
    got = ours(rocm, "--lora", adapter)
    np.testing.assert_allclose(got, theirs(monkeypatch, noise, adapter), atol=1e-4)
    assert np.abs(got - ours(rocm)).max() > 0.05, "the adapter changes the pictures"
