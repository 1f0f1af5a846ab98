# SPDX-License-Identifier: Apache-2.0
"""Reading beside a writer, after kill -9 at any moment, and on a full disk."""

import os
import random
import shutil
import subprocess
import time

import h5py
import numpy as np
import pytest
from conftest import latents, scalars

from rocm_dist_records import open_run, repair

MANY = 10**9


def kill_at_random(writer, folder, generator, ranks=1):
    """Starts a writer, kills it -9 a moment later, and returns the last step that it called done."""
    process = writer.start("trajectories", folder, 1, ranks, 1, MANY, "finish")
    process.stdout.readline()
    time.sleep(generator.uniform(0.0, 0.1))
    process.kill()
    rest, _ = process.communicate(timeout=60)
    lines = [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    return int(lines[-1]) if lines else 1


def check_rows(file):
    """`step` first: its length promises that the rows of all others are whole."""
    steps = file["step"][:]
    count = len(steps)
    np.testing.assert_array_equal(steps, np.arange(1, count + 1))
    np.testing.assert_array_equal(file["divergence"][:count], scalars(steps))
    np.testing.assert_array_equal(file["mean"][:count], latents(steps))
    np.testing.assert_array_equal(file["state"][:count], latents(steps, 1))
    return count


def test_every_visible_row_is_right_after_each_of_ten_kills(writer, tmp_path):
    generator = random.Random(0)
    for trial in range(10):
        folder = tmp_path / str(trial)
        done = kill_at_random(writer, folder, generator)
        path = folder / "trajectories/attempt-001/rank-0000.h5"
        with h5py.File(path, "r", libver="latest", swmr=True) as file:
            assert check_rows(file) >= done, f"trial {trial} lost a finished step"


def test_a_killed_file_opens_plainly_after_a_repair_by_copy(writer, tmp_path):
    done = kill_at_random(writer, tmp_path, random.Random(1))
    path = tmp_path / "trajectories/attempt-001/rank-0000.h5"
    with pytest.raises(OSError):
        h5py.File(path, "r")
    repair(path, tmp_path / "repaired.h5")
    with h5py.File(tmp_path / "repaired.h5") as file:
        assert check_rows(file) >= done
        assert [axis[0].name for axis in file["mean"].dims][:2] == ["/step", "/sample"]
        assert file.attrs["divergence"] == "kl"
        assert file["mean"].attrs["units"] == "latent units"


def test_a_repair_never_replaces_a_file(writer, tmp_path):
    path = writer.trajectories(tmp_path) / "rank-0000.h5"
    (tmp_path / "precious.h5").write_text("precious")
    with pytest.raises(FileExistsError):
        repair(path, tmp_path / "precious.h5")
    assert (tmp_path / "precious.h5").read_text() == "precious"


def test_a_run_whose_ranks_were_killed_at_different_steps_shows_those_that_all_have(writer, tmp_path):
    done = kill_at_random(writer, tmp_path, random.Random(2), ranks=2)
    run = open_run(tmp_path)
    assert len(run.step) >= done
    np.testing.assert_array_equal(run["mean"], latents(run.step))


def test_a_resumed_run_joins_what_a_kill_left(writer, tmp_path):
    done = kill_at_random(writer, tmp_path, random.Random(3), ranks=2)
    writer.trajectories(tmp_path, attempt=2, ranks=4, first=done, last=done + 3)
    run = open_run(tmp_path)
    np.testing.assert_array_equal(run.step, np.arange(1, len(run.step) + 1))
    np.testing.assert_array_equal(run.divergence, scalars(run.step))


@pytest.mark.parametrize("name", ["rank-0000.h5", "master.h5"])
def test_a_reader_follows_the_writer_and_never_fails(writer, tmp_path, name):
    process = writer.start("trajectories", tmp_path, 1, 1, 1, MANY, "finish")
    process.stdout.readline()
    try:
        with h5py.File(tmp_path / "trajectories/attempt-001" / name, "r", libver="latest", swmr=True) as file:
            counts = []
            until = time.monotonic() + 2.0
            while time.monotonic() < until:
                for variable in ("step", "divergence", "mean", "state"):
                    file[variable].refresh()
                steps = file["step"][:]
                last = len(steps) - 1
                np.testing.assert_array_equal(steps[-1], last + 1)
                np.testing.assert_array_equal(file["divergence"][last], scalars(steps[-1:])[0])
                np.testing.assert_array_equal(file["mean"][last], latents(steps[-1:])[0])
                counts.append(len(steps))
            assert counts[-1] > counts[0]
    finally:
        process.kill()
        process.communicate(timeout=60)


@pytest.mark.parametrize("locking", ["TRUE", "FALSE"])
def test_file_locking_makes_no_difference(writer, tmp_path, monkeypatch, locking):
    monkeypatch.setenv("HDF5_USE_FILE_LOCKING", locking)
    process = writer.start("trajectories", tmp_path, 1, 1, 1, 3, "wait")
    assert [process.stdout.readline() for _ in range(3)] == ["1\n", "2\n", "3\n"]
    path = tmp_path / "trajectories/attempt-001/rank-0000.h5"
    with h5py.File(path, "r", libver="latest", swmr=True) as file:
        assert check_rows(file) == 3
    process.communicate("\n", timeout=60)
    with h5py.File(path, "r") as file:
        assert check_rows(file) == 3


@pytest.fixture
def small_disk(tmp_path):
    """A file system with room for little; needs the right to mount."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder]).returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_ends_with_code_5_and_leaves_the_rows_before_it(writer, small_disk):
    process = writer.start("trajectories", small_disk, 1, 1, 1, MANY, "finish")
    output, complaint = process.communicate(timeout=120)
    path = small_disk / "trajectories/attempt-001/rank-0000.h5"
    assert process.returncode == 5, complaint
    assert complaint == (
        f"{path}: HDF5 cannot flush the file (No space left on device). "
        "make room, record fewer fields or steps, or name a folder elsewhere.\n"
    )
    with h5py.File(path, "r", libver="latest", swmr=True) as file:
        assert check_rows(file) >= int(output.splitlines()[-1])
