"""The same bits on any number of ranks."""

import h5py
import pytest
from conftest import metrics

STEPS = 10


def trajectory_bytes(run):
    with h5py.File(run / "trajectories/attempt-001/master.h5") as file:
        names = [name for name in file if file[name].dtype.kind in "fi" and "step" in str(name) or name
                 in ("mean", "divergence", "delta", "reward", "sample_id", "prompt_id")]
        return {name: file[name][:].tobytes() for name in names}


@pytest.mark.parametrize("divergence", ["none", "kl", "js", "hellinger", "fisher"])
def test_weights_metrics_and_trajectories_are_identical(rocm, divergence):
    settings = {"run__iterations": STEPS, "objective__divergence": divergence}
    alone = rocm.train("alone", **settings)
    for ranks in (2, 4):
        run = rocm.train(f"on-{ranks}", ranks=ranks, **settings)
        assert (run / "lora.safetensors").read_bytes() == (alone / "lora.safetensors").read_bytes()
        assert metrics(run) == metrics(alone)
        assert trajectory_bytes(run) == trajectory_bytes(alone)


def test_eight_oversubscribed_ranks_agree_too(rocm):
    alone = rocm.train("alone")
    run = rocm.train("on-8", ranks=8)
    assert (run / "lora.safetensors").read_bytes() == (alone / "lora.safetensors").read_bytes()


def test_a_wrong_division_names_the_sizes_that_work(rocm):
    done = rocm.run(*rocm.train_arguments("out"), ranks=3)
    assert done.returncode == 2 and "1, 2, 4" in done.stderr, done.stderr
