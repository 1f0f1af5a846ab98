"""The same bits on any number of ranks."""

import pytest
from conftest import metrics, trajectories

STEPS = 10


# Everything that is drawn for a sample beside its noise.
DRAWN = {
    "objective__js_estimator": "sampled",
    "objective__js_samples": 2,
    "objective__augment_crop": 0.7,
    "objective__augment_noise": 0.05,
}


@pytest.mark.parametrize(
    "divergence, more",
    [("none", {}), ("kl", {}), ("js", {}), ("hellinger", {}), ("fisher", {}), ("js", DRAWN)],
)
def test_weights_metrics_and_trajectories_are_identical(rocm, divergence, more):
    settings = {"run__iterations": STEPS, "objective__divergence": divergence, **more}
    alone = rocm.train("alone", **settings)
    for ranks in (2, 4, 8):
        run = rocm.train(f"on-{ranks}", ranks=ranks, **settings)
        assert (run / "lora.safetensors").read_bytes() == (alone / "lora.safetensors").read_bytes()
        assert metrics(run) == metrics(alone)
        assert trajectories(run) == trajectories(alone)


def test_what_is_drawn_for_a_sample_is_the_same_after_a_resume(rocm):
    settings = {"objective__divergence": "js", **DRAWN}
    whole = rocm.train("whole", run__iterations=4, **settings)
    rocm.train("parts", run__iterations=2, **settings)
    parts = rocm.train("parts", ranks=2, run__iterations=4, **settings)
    assert (parts / "lora.safetensors").read_bytes() == (whole / "lora.safetensors").read_bytes()
    assert metrics(parts) == metrics(whole)


def test_a_wrong_division_names_the_sizes_that_work(rocm):
    done = rocm.run(*rocm.train_arguments("out"), ranks=3)
    assert done.returncode == 2 and "1, 2, 4" in done.stderr, done.stderr
