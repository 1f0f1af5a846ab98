"""`train`: what a run leaves behind."""

import json

import h5py
import numpy as np
from conftest import metrics
from safetensors.numpy import load_file

KEYS = [
    "step", "loss", "reward", "reward_std", "divergence", "beta", "grad_norm", "learning_rate",
    "skipped", "reward/pickscore",
]


def test_a_run_leaves_the_documented_folder(rocm):
    run = rocm.train("out", evaluation__every=4, evaluation__images=2)
    for name in (
        "config.toml", "resolved.toml", "environment.json", "metrics.jsonl", "lora.safetensors",
        "checkpoints/step-000004/MANIFEST.sha256", "checkpoints/latest", "samples/step-000004.png",
        "trajectories/attempt-001/rank-0000.h5", "trajectories/attempt-001/master.h5",
        "log/rank-0000.log",
    ):
        assert (run / name).exists(), name
    assert (run / "log/rank-0000.log").read_text().splitlines()[-1].endswith("DONE")
    assert sorted(metrics(run)[0]) == sorted(KEYS)
    assert [line["step"] for line in metrics(run)] == [1, 2, 3, 4]


def test_the_result_has_the_keys_that_diffusers_reads(rocm):
    lora = load_file(rocm.train("out", run__iterations=1) / "lora.safetensors")
    assert all(name.startswith("unet.") and ".lora_" in name for name in lora)
    assert any(np.abs(lora[name]).max() > 0 for name in lora if name.endswith("lora_B.weight"))


def test_trajectories_hold_the_step_s_divergences(rocm):
    run = rocm.train("out")
    with h5py.File(run / "trajectories/attempt-001/master.h5") as file:
        divergence = file["divergence"][:]
        steps = file["step"][:]
    assert steps.tolist() == [1, 2, 3, 4]
    means = divergence.astype(np.float64).sum(axis=2).mean(axis=1)
    logged = [line["divergence"] for line in metrics(run)]
    np.testing.assert_allclose(means, logged, rtol=1e-6)
    assert logged[0] == 0.0 and logged[-1] > 0.0


def test_an_unmeasured_divergence_is_null(rocm):
    run = rocm.train("out", objective__divergence="none", objective__measure_every=2)
    assert [line["divergence"] is None for line in metrics(run)] == [True, False, True, False]


def test_measuring_changes_nothing(rocm):
    plain = rocm.train("plain", objective__divergence="none")
    measured = rocm.train("measured", objective__divergence="none", objective__measure_every=2)
    assert (plain / "lora.safetensors").read_bytes() == (measured / "lora.safetensors").read_bytes()


def test_dry_run_prints_the_resolved_configuration_and_writes_nothing(rocm):
    done = rocm.run(*rocm.train_arguments("out"), "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "[objective]" in done.stdout and not (rocm.folder / "out").exists()


def test_the_environment_names_inputs_with_their_hashes(rocm):
    run = rocm.train("out", run__iterations=1)
    environment = json.loads((run / "environment.json").read_text())
    text = json.dumps(environment)
    assert "world/lcm/unet/diffusion_pytorch_model.safetensors" in text and "world/prompts.txt" in text
