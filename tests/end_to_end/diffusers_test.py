"""diffusers itself draws what `sample` draws. Skipped, loudly, where diffusers is not installed:
.deps/python/bin/pip install diffusers==0.42.1 transformers==5.23.0 peft==0.21.2 torch==2.11.0"""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")
pytest.importorskip("peft")

PROMPTS = ["a large red circle left of a small blue square on a grey background",
           "a small cyan ring on a black background"]


def write_noise(rocm, draws):
    z = np.random.default_rng(3).standard_normal((draws, 2, 4, 16, 16)).astype(np.float32)
    save_file({"z": z}, rocm.folder / "z.safetensors")
    return torch.from_numpy(z)


@pytest.fixture
def noise(rocm):
    return write_noise(rocm, draws=8)


@pytest.fixture
def adapter(rocm):
    """Trained so hard that its pictures differ visibly from the base model's."""
    return rocm.train("out", optimizer__learning_rate=2e-2) / "lora.safetensors"


def ours(rocm, *arguments, model="world/lcm"):
    prompts, tensors = rocm.folder / "prompts.txt", rocm.folder / "tensors.safetensors"
    prompts.write_text("\n".join(PROMPTS) + "\n")
    done = rocm.run(
        "sample", "--model", model, "--prompts", prompts, "--output", rocm.folder / "pictures",
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


def teacher(monkeypatch, z, eta, adapter=None, **scheduler):
    """The diffusion pipeline with DDIM, as a user calls it; the scheduler's noise is taken from z."""
    pipeline = diffusers.StableDiffusionPipeline.from_pretrained("world/teacher", dtype=torch.float32)
    if adapter is not None:
        pipeline.load_lora_weights(adapter.parent, weight_name=adapter.name)
    pipeline.scheduler = diffusers.DDIMScheduler.from_config(pipeline.scheduler.config, **scheduler)
    draws = iter(z[1:])
    monkeypatch.setattr(
        "diffusers.schedulers.scheduling_ddim.randn_tensor", lambda *_, **__: next(draws)
    )
    pictures = pipeline(
        PROMPTS, latents=z[0], num_inference_steps=20, guidance_scale=7.5, eta=eta,
        output_type="pt", height=64, width=64,
    )
    return pictures.images.numpy()


def our_teacher(rocm, eta, *arguments, model="world/teacher"):
    sets = ("--set=model.steps=20", "--set=model.guidance_scale=7.5", f"--set=model.eta={eta}")
    return ours(rocm, *sets, *arguments, model=model)


@pytest.mark.parametrize("eta, draws", [(0, 1), (1, 21)])
def test_the_diffusion_model_draws_the_same_pictures(rocm, monkeypatch, eta, draws):
    z = write_noise(rocm, draws)
    np.testing.assert_allclose(our_teacher(rocm, eta), teacher(monkeypatch, z, eta), atol=1e-4)


def test_a_diffusion_model_with_an_adapter_draws_the_same_pictures(rocm, monkeypatch):
    """The adapter is in both halves of classifier-free guidance."""
    z, adapter = write_noise(rocm, draws=21), rocm.folder / "adapter.safetensors"
    random = np.random.default_rng(8)
    block = "unet.mid_block.attentions.0.transformer_blocks.0"
    save_file(
        {f"{block}.{layer}.lora_{half}.weight": random.normal(0, 0.4, shape).astype(np.float32)
         for layer in ("attn1.to_q", "attn2.to_k", "attn2.to_v", "attn2.to_out.0")
         for half, shape in (("A", (4, 96)), ("B", (96, 4)))},
        adapter,
    )
    got = our_teacher(rocm, 1, "--lora", adapter)
    np.testing.assert_allclose(got, teacher(monkeypatch, z, 1, adapter), atol=1e-4)
    assert np.abs(got - our_teacher(rocm, 1)).max() > 0.05, "the adapter changes the pictures"


@pytest.mark.parametrize("spacing", ["trailing", "linspace"])
def test_other_timesteps_draw_the_same_pictures(rocm, monkeypatch, spacing):
    z, model = write_noise(rocm, draws=21), rocm.folder / "teacher"
    shutil.copytree("world/teacher", model)
    file = model / "scheduler/scheduler_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "timestep_spacing": spacing}))
    expected = teacher(monkeypatch, z, 1, timestep_spacing=spacing)
    np.testing.assert_allclose(our_teacher(rocm, 1, model=model), expected, atol=1e-4)
