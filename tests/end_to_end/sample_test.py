"""`sample`: pictures, index and tensors."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file


def attempt(rocm, *arguments, model="world/lcm"):
    (rocm.folder / "prompts.txt").write_text("a large red circle on a grey background\n" * 3)
    return rocm.run(
        "sample", "--model", model, "--prompts", rocm.folder / "prompts.txt",
        "--output", rocm.folder / "pictures", *arguments,
    )


def sample(rocm, *arguments, model="world/lcm"):
    done = attempt(rocm, *arguments, model=model)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return rocm.folder / "pictures"


def write_noise(rocm, draws, seed=1):
    z = np.random.default_rng(seed).standard_normal((draws, 2, 4, 16, 16)).astype(np.float32)
    save_file({"z": z}, rocm.folder / "z.safetensors")
    return z


def sampled_tensors(rocm, *arguments, model="world/lcm"):
    file = rocm.folder / "tensors.safetensors"
    sample(rocm, "--noise", rocm.folder / "z.safetensors", "--tensors", file, *arguments, model=model)
    return load_file(file)


def settings(**values):
    return [f"--set=model.{key}={value}" for key, value in values.items()]


def test_one_picture_per_prompt_and_an_index(rocm):
    pictures = sample(rocm)
    index = [json.loads(line) for line in (pictures / "index.jsonl").read_text().splitlines()]
    assert [line["image"] for line in index] == ["000000.png", "000001.png", "000002.png"]
    assert all((pictures / line["image"]).exists() for line in index)
    assert (pictures / "grid.png").exists()


def test_replayed_noise_fixes_the_pictures(rocm):
    z = np.random.default_rng(1).standard_normal((8, 2, 4, 16, 16)).astype(np.float32)
    save_file({"z": z}, rocm.folder / "z.safetensors")
    tensors = []
    for name in ("first", "second"):
        file = rocm.folder / f"{name}.safetensors"
        sample(rocm, "--noise", rocm.folder / "z.safetensors", "--tensors", file)
        tensors.append(load_file(file))
    first, second = tensors
    assert all((first[name] == second[name]).all() for name in first)
    assert first["image"].shape == (2, 3, 64, 64)
    assert first["mean"].shape == (7, 2, 4, 16, 16)
    assert first["image"].min() >= 0 and first["image"].max() <= 1


def test_noise_of_another_shape_is_refused_with_both_shapes(rocm):
    write_noise(rocm, draws=3)
    done = attempt(rocm, "--noise", rocm.folder / "z.safetensors")
    assert done.returncode == 3
    assert "3 x 2 x 4 x 16 x 16" in done.stderr and "8 x 2 x 4 x 16 x 16" in done.stderr


def test_the_guidance_scale_means_what_its_convention_says(rocm):
    write_noise(rocm, draws=8)
    eight = sampled_tensors(rocm, *settings(guidance_scale=8))
    same = sampled_tensors(rocm, *settings(guidance_scale=7, guidance_convention="original"))
    other = sampled_tensors(rocm, *settings(guidance_scale=8, guidance_convention="original"))
    assert (eight["latent"] == same["latent"]).all()
    assert (eight["latent"] != other["latent"]).any()


def test_a_consistency_model_takes_no_eta(rocm):
    done = attempt(rocm, *settings(eta=0.0))
    assert done.returncode == 2 and done.stderr.startswith("model.eta: "), done.stderr


TEACHER = "world/teacher"


def test_a_diffusion_model_without_noise_has_no_transition(rocm):
    write_noise(rocm, draws=1)
    got = sampled_tensors(rocm, *settings(steps=5, guidance_scale=7.5, eta=0), model=TEACHER)
    assert got["timesteps"].tolist() == [801, 601, 401, 201, 1]
    assert got["sigma"].shape == (0,) and got["mean"].shape == (0, 2, 4, 16, 16)
    assert got["latent"].shape == (2, 4, 16, 16) and got["image"].shape == (2, 3, 64, 64)
    index = [json.loads(line) for line in (rocm.folder / "pictures/index.jsonl").read_text().splitlines()]
    assert [line["image"] for line in index] == ["000000.png", "000001.png"]
    without_eta = sampled_tensors(rocm, *settings(steps=5, guidance_scale=7.5), model=TEACHER)
    assert all((got[name] == without_eta[name]).all() for name in got)


def test_a_diffusion_model_with_noise_ends_in_a_draw(rocm):
    z = write_noise(rocm, draws=6)
    got = sampled_tensors(rocm, *settings(steps=5, guidance_scale=7.5, eta=1), model=TEACHER)
    assert got["sigma"].shape == (5,) and (got["sigma"] > 0).all()
    assert got["mean"].shape == (5, 2, 4, 16, 16)
    np.testing.assert_allclose(got["latent"], got["mean"][-1] + got["sigma"][-1] * z[5], atol=1e-6)


@pytest.mark.parametrize("eta, draws", [(0, 1), (0.5, 6)])
def test_noise_for_another_eta_is_refused_with_both_shapes(rocm, eta, draws):
    write_noise(rocm, draws=7 - draws)
    done = attempt(
        rocm, "--noise", rocm.folder / "z.safetensors", *settings(steps=5, eta=eta), model=TEACHER
    )
    assert done.returncode == 3
    assert f"z is {7 - draws} x 2 x" in done.stderr and f"draw {draws} x 2 x" in done.stderr


def test_a_diffusion_model_draws_the_same_pictures_again(rocm):
    pictures = [
        (sample(rocm, *settings(steps=3, eta=1), model=TEACHER) / "000002.png").read_bytes()
        for _ in range(2)
    ]
    assert pictures[0] == pictures[1]


def test_a_diffusion_model_says_how_it_is_sampled(rocm):
    done = attempt(rocm, *settings(steps=4, eta=1), model=TEACHER)
    assert "DDIM, leading timesteps, steps_offset 1, set_alpha_to_one false" in done.stderr
    assert "eta 1, timesteps 751 to 1, guidance 8" in done.stderr


def test_guidance_of_a_diffusion_model_counts_above_one(rocm):
    write_noise(rocm, draws=1)
    none, less, more = (
        sampled_tensors(rocm, *settings(steps=3, guidance_scale=scale), model=TEACHER)["latent"]
        for scale in (1, 0, 3)
    )
    assert (none == less).all() and np.abs(none - more).max() > 0.05


def test_an_adapter_changes_what_a_diffusion_model_draws(rocm):
    write_noise(rocm, draws=1)
    random = np.random.default_rng(5)
    layer = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k"
    a, b = (random.standard_normal(shape).astype(np.float32) for shape in ((4, 96), (96, 4)))
    save_file({f"{layer}.lora_A.weight": a, f"{layer}.lora_B.weight": b}, rocm.folder / "lora.safetensors")
    arguments = settings(steps=3, guidance_scale=3)
    base = sampled_tensors(rocm, *arguments, model=TEACHER)["image"]
    lora = "--lora", rocm.folder / "lora.safetensors"
    adapted = sampled_tensors(rocm, *arguments, *lora, model=TEACHER)["image"]
    off = sampled_tensors(rocm, *arguments, *lora, "--lora-scale", "0", model=TEACHER)["image"]
    assert np.abs(adapted - base).max() > 0.01
    np.testing.assert_allclose(off, base, atol=1e-6)


def teacher_with_scheduler(rocm, **changes):
    """changes: None takes a key out."""
    model = rocm.folder / "teacher"
    shutil.copytree(TEACHER, model)
    file = model / "scheduler/scheduler_config.json"
    scheduler = {**json.loads(file.read_text()), **changes}
    file.write_text(json.dumps({k: v for k, v in scheduler.items() if v is not None}))
    return model


def test_a_last_step_without_density_is_sampled(rocm):
    model = teacher_with_scheduler(rocm, set_alpha_to_one=True)
    write_noise(rocm, draws=4)
    got = sampled_tensors(rocm, *settings(steps=3, eta=1), model=model)
    assert got["sigma"][-1] == 0 and (got["latent"] == got["mean"][-1]).all()


def test_clipping_that_ddim_turns_on_by_default_is_refused(rocm):
    done = attempt(rocm, model=teacher_with_scheduler(rocm, clip_sample=None))
    assert done.returncode == 3 and "clip_sample is absent" in done.stderr, done.stderr


def test_rocm_does_not_train_a_diffusion_model(rocm):
    tensors = rocm.folder / "tensors.safetensors"
    for command in (rocm.train_arguments("out"), rocm.train_arguments("out") + ["--dry-run"],
                    ["probe", "--config", rocm.config, "--tensors", tensors]):
        done = rocm.run(*command, f"--set=model.path={TEACHER}")
        assert done.returncode == 2, done.stderr
        assert "this is a diffusion model" in done.stderr and "world/lcm" in done.stderr
