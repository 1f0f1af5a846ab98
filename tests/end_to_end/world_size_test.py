"""The same bits on any number of ranks."""

import pytest
from conftest import metrics, trajectories

STEPS = 10


@pytest.mark.parametrize("divergence", ["none", "kl", "js", "hellinger", "fisher"])
def test_weights_metrics_and_trajectories_are_identical(rocm, divergence):
    settings = {"run__iterations": STEPS, "objective__divergence": divergence}
    alone = rocm.train("alone", **settings)
    for ranks in (2, 4, 8):
        run = rocm.train(f"on-{ranks}", ranks=ranks, **settings)
        assert (run / "lora.safetensors").read_bytes() == (alone / "lora.safetensors").read_bytes()
        assert metrics(run) == metrics(alone)
        assert trajectories(run) == trajectories(alone)


def test_a_wrong_division_names_the_sizes_that_work(rocm):
    done = rocm.run(*rocm.train_arguments("out"), ranks=3)
    assert done.returncode == 2 and "1, 2, 4" in done.stderr, done.stderr
