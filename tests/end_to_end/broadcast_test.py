"""dist.weights = "broadcast": rank 0 alone reads the models, the scores and the prompts."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import BINARY, metrics, trajectories

STEPS = 3
SCORES = '\n[[evaluation.score]]\nname = "clipscore"\npath = "{clip}"\n'

# Another host as far as a program can see: its own name, and nothing below $1.
ANOTHER_HOST = """
mount -t tmpfs none "$1" && hostname "$2" && shift 2 && exec "$@"
"""


def another_host(hidden: Path, name: str):
    return ["unshare", "--uts", "--mount", "sh", "-c", ANOTHER_HOST, "sh", str(hidden), name]


def same_training(run: Path, other: Path):
    assert (run / "lora.safetensors").read_bytes() == (other / "lora.safetensors").read_bytes()
    assert metrics(run) == metrics(other)
    assert trajectories(run) == trajectories(other)


def inputs(run: Path):
    return json.loads((run / "environment.json").read_text())["inputs"]


@pytest.fixture
def far(rocm, tmp_path):
    """A configuration whose every file is below tmp_path/files."""
    shutil.copytree("world", tmp_path / "files", dirs_exist_ok=True)
    text = rocm.config.read_text().replace('"world/', f'"{tmp_path}/files/')
    rocm.config.write_text(text + SCORES.format(clip=tmp_path / "files" / "clip"))
    rocm.settings = {"run__iterations": STEPS, "evaluation__every": STEPS, "evaluation__images": 2}
    return rocm


@pytest.mark.parametrize("ranks", [None, 2])
def test_on_one_host_it_changes_nothing(far, ranks):
    read = far.train("read", **far.settings)
    sent = far.train("sent", ranks=ranks, dist__weights='"broadcast"', **far.settings)
    same_training(sent, read)
    assert inputs(sent) == inputs(read)


def run_on_three_hosts(far, output, *flags, **settings):
    """Rank 0 here, rank 1 on a second host, ranks 2 and 3 on a third; the files are only here."""
    hidden = far.folder / "files"
    train = [BINARY, *far.train_arguments(output, **settings, **far.settings), *flags]
    context = ["mpirun", "--oversubscribe", "--mca", "btl_vader_single_copy_mechanism", "none"]
    context += ["-n", "1", *train]
    for ranks, host in ((1, "second"), (2, "third")):
        context += [":", "-n", str(ranks), *another_host(hidden, host), *train]
    place = far.folder / "copies"
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        [str(word) for word in context],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "TMPDIR": str(place)},
    )
    return done, place


def needs_hosts(far):
    probe = [*another_host(far.folder / "files", "elsewhere"), "true"]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("this user may not make namespaces")


def test_hosts_without_the_files_train_to_the_same_bits_and_keep_no_copies(far):
    needs_hosts(far)
    read = far.train("read", **far.settings)
    done, place = run_on_three_hosts(far, "sent", dist__weights='"broadcast"')
    assert done.returncode == 0, done.stderr
    assert "other hosts: 2" in done.stderr
    sent = far.folder / "sent" / "run"
    hosts = json.loads((sent / "environment.json").read_text())["hosts"]
    assert hosts[1:] == ["second", "third", "third"]
    same_training(sent, read)
    assert inputs(sent) == inputs(read)
    assert list(place.iterdir()) == []


def test_hosts_without_the_files_say_so_when_they_are_to_read_them(far):
    needs_hosts(far)
    done, _ = run_on_three_hosts(far, "out")
    assert done.returncode == 3 and "rank 1 on second" in done.stderr, done.stderr


def test_a_dry_run_sends_the_files_too(far):
    needs_hosts(far)
    done, place = run_on_three_hosts(far, "out", "--dry-run", dist__weights='"broadcast"')
    assert done.returncode == 0, done.stderr
    assert 'weights = "broadcast"' in done.stdout
    assert list(place.iterdir()) == []
