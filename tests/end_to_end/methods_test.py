"""Every method learns the same on any number of ranks and after a resume."""

import json
import tomllib
from pathlib import Path

import pytest
from conftest import metrics, open_run, trajectories

# What the world's models need: policy gradients of diffusion models train the teacher.
DIFFUSION = {"model__path": "world/teacher", "model__steps": 3, "model__guidance_scale": 3.0}
METHODS = {
    "rlcm": {},
    "ddpo": DIFFUSION,
    "dpok": DIFFUSION,
    "d3po": DIFFUSION,
    "alignprop": {},
    "draft": {"objective__extra_draws": 1},
    "refl": {"objective__late_steps": 4},  # of 4: some rollouts have no transition
}


def settings_of(method, **more):
    return {
        "objective__method": method, "objective__divergence": "none", "objective__measure_every": 2,
        "data__batch_size": 8, "data__micro_batch": 2, **METHODS[method], **more,
    }


def state(run):
    checkpoint = sorted((run / "checkpoints").glob("step-*"))[-1]
    files = [run / "lora.safetensors", checkpoint / "optimizer.safetensors", checkpoint / "method.safetensors"]
    return [file.read_bytes() for file in files if file.exists()]


@pytest.mark.parametrize("method", METHODS)
def test_four_steps_are_two_and_two_on_other_ranks(rocm, method):
    whole = rocm.train("whole", ranks=2, **settings_of(method, run__iterations=4))
    rocm.train("parts", **settings_of(method, run__iterations=2))
    parts = rocm.train("parts", ranks=4, **settings_of(method, run__iterations=4))
    assert state(parts) == state(whole)
    assert metrics(parts) == metrics(whole)
    assert trajectories(parts) == trajectories(whole)


@pytest.mark.parametrize("method", ["rlcm", "dpok"])
def test_several_passes_learn_the_same_on_any_number_of_ranks(rocm, method):
    settings = settings_of(method, run__iterations=2, policy_gradient__passes=2)
    alone = rocm.train("alone", **settings)
    assert state(rocm.train("on-2", ranks=2, **settings)) == state(alone)


def test_automatic_beta_is_recorded_and_goes_on_after_a_resume(rocm):
    settings = {"objective__beta": "auto", "objective__beta_probe": 3, "objective__beta_rate": 0.2}
    whole = rocm.train("whole", run__iterations=6, **settings)
    rocm.train("parts", run__iterations=4, **settings)
    parts = rocm.train("parts", ranks=2, run__iterations=6, **settings)
    assert metrics(parts) == metrics(whole)
    betas = [line["beta"] for line in metrics(whole)]
    assert betas[:3] == [0.0] * 3 and all(beta > 0.0 for beta in betas[3:])
    assert betas[4] != betas[3]


def test_the_average_of_the_adapter_goes_on_after_a_resume(rocm):
    whole = rocm.train("whole", lora__ema=0.9)
    rocm.train("parts", lora__ema=0.9, run__iterations=2)
    parts = rocm.train("parts", ranks=2, lora__ema=0.9)
    assert state(parts) == state(whole)
    average = (whole / "lora_ema.safetensors").read_bytes()
    assert (parts / "lora_ema.safetensors").read_bytes() == average
    assert average != (whole / "lora.safetensors").read_bytes()


def test_pairs_of_d3po_share_prompt_and_initial_latent(rocm):
    run = rocm.train("pairs", **settings_of("d3po", run__iterations=1, records__fields='["state"]'))
    records = open_run(run)
    prompts = records["prompt_id"].values[0]
    first_state = records["state"].values[0, :, 0]
    for left in range(0, 8, 2):
        assert prompts[left] == prompts[left + 1]
        assert (first_state[left] == first_state[left + 1]).all()
    assert len(set(prompts)) == 4 and not (first_state[0] == first_state[2]).all()


def test_a_method_that_reinforces_takes_rules_as_rewards(rocm):
    settings = settings_of(
        "rlcm", run__iterations=1, reward__0__weight=0.01, reward__1__name="shapes",
        reward__2__name="jpeg_compressibility", objective__reward_rule="mean_minus_std",
    )
    line = metrics(rocm.train("rules", **settings))[0]
    assert 0.0 <= line["reward/shapes"] <= 1.0 and line["reward/jpeg_compressibility"] < 0.0
    raw = [0.01 * line["reward/pickscore"], line["reward/shapes"], line["reward/jpeg_compressibility"]]
    assert line["reward"] < sum(raw) / 3


def test_a_method_that_reinforces_needs_a_density_at_every_step(rocm):
    arguments = rocm.train_arguments("out", **settings_of("ddpo", model__eta=0.0))
    done = rocm.run(*arguments)
    assert done.returncode == 2 and "set model.eta = 1" in done.stderr, done.stderr


@pytest.mark.parametrize("method", ["alignprop", "draft", "refl"])
def test_a_sampler_without_noise_is_trained_and_has_no_trajectories(rocm, method):
    settings = settings_of(method, run__iterations=2, model__path="world/teacher", model__guidance_scale=3.0,
                           objective__extra_draws=0, checkpoint__every=1)
    run = rocm.train("quiet", **settings)
    assert not list((run / "trajectories").glob("*/*.h5"))
    assert all(line["grad_norm"] > 0.0 for line in metrics(run))
    done = rocm.run("inspect", run)
    assert done.returncode == 0, done.stderr


def test_what_a_method_defaults_to_is_written_down(rocm):
    run = rocm.train("d", run__iterations=1, **{
        "objective__method": "ddpo", "objective__divergence": "none", "model__path": "world/teacher",
        "model__steps": 2, "data__batch_size": 2, "data__micro_batch": 2})
    resolved = (run / "resolved.toml").read_text()
    assert "eta = 1.0" in resolved and "advantage_clamp = 5.0" in resolved
    assert json.loads((run / "metrics.jsonl").read_text().splitlines()[0])["step"] == 1


@pytest.mark.parametrize("settings, reason", [
    ({"objective__method": "draft", "objective__divergence": "kl"}, "1 leaves the divergence no gradient"),
    ({"objective__method": "draft", "model__path": "world/teacher", "model__guidance_scale": 3.0,
      "objective__truncate": 2, "objective__divergence": "kl"}, "objective.divergence cannot train this sampler"),
])
def test_a_divergence_that_could_not_pull_is_refused(rocm, settings, reason):
    done = rocm.run(*rocm.train_arguments("out", **settings))
    assert done.returncode == 2 and reason in done.stderr, done.stderr


def dry_run(rocm, config):
    done = rocm.run("train", "--dry-run", "--config", config)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", sorted(Path("experiments").rglob("*.toml")), ids=str)
def test_every_experiment_is_a_configuration_that_would_run(rocm, file):
    """At full size only as far as no model is opened."""
    if "sweep" not in tomllib.loads(file.read_text()):
        return dry_run(rocm, file)
    plan = rocm.run("sweep", "plan", "--config", file)
    assert plan.returncode == 0, plan.stderr
    if file.parent.name == "paper":
        return
    members = rocm.folder / "array"
    emitted = rocm.run("sweep", "emit-slurm", "--config", file, "--output", members)
    assert emitted.returncode == 0, emitted.stderr
    dry_run(rocm, sorted(members.glob("**/*.toml"))[0])
