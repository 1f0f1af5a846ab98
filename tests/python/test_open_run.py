# SPDX-License-Identifier: Apache-2.0
"""The reader package: attempts merged, lazily, also while the run writes."""

import numpy as np
import pytest
from conftest import latents, scalars

from rocm_dist_records import open_run, read_metrics


def test_a_run_of_one_attempt_is_read_whole(writer, tmp_path):
    writer.trajectories(tmp_path)
    run = open_run(tmp_path)
    np.testing.assert_array_equal(run.step, [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(run["mean"], latents(run.step))
    np.testing.assert_array_equal(run.divergence, scalars(run.step))
    assert list(run.prompts[run.prompt_id[0]].values) == ["a red circle", "ein grünes Quadrat", "一只猫", "a red circle"]
    assert run.attrs["divergence"] == "kl"
    assert run.divergence.attrs["units"] == "1"


def test_attempts_on_other_numbers_of_ranks_become_one_run(writer, tmp_path):
    writer.trajectories(tmp_path, attempt=1, ranks=4, first=1, last=7)
    writer.trajectories(tmp_path, attempt=2, ranks=1, first=6, last=9)
    writer.trajectories(tmp_path, attempt=3, ranks=2, first=10, last=11)
    run = open_run(tmp_path)
    np.testing.assert_array_equal(run.step, np.arange(1, 12))
    np.testing.assert_array_equal(run["mean"], latents(run.step))
    np.testing.assert_array_equal(run.delta, scalars(run.step, 1))


def test_the_newer_attempt_wins_where_two_have_a_step(writer, tmp_path):
    import h5py

    folder = writer.trajectories(tmp_path, attempt=1, ranks=1, first=1, last=4)
    with h5py.File(folder / "rank-0000.h5", "r+") as file:
        file["divergence"][:] = -1
    writer.trajectories(tmp_path, attempt=2, ranks=1, first=3, last=4)
    divergence = open_run(tmp_path).divergence
    assert (divergence.sel(step=[1, 2]) == -1).all()
    np.testing.assert_array_equal(divergence.sel(step=[3, 4]), scalars([3, 4]))


@pytest.mark.parametrize(
    "choice",
    [
        {"step": 3},
        {"sample": 2},
        {"step": slice(1, None, 3), "sample": slice(1, 4, 2)},
        {"step": [5, 0, 2], "transition": -1},
        {"step": slice(None, None, -1), "x": [0, 2]},
        {"sample": 3, "channel": 1, "y": slice(1, 3)},
        {"step": slice(0, 0)},
    ],
    ids=str,
)
def test_a_part_equals_the_part_of_the_whole(writer, tmp_path, choice):
    writer.trajectories(tmp_path, attempt=1, ranks=4, first=1, last=4)
    writer.trajectories(tmp_path, attempt=2, ranks=2, first=4, last=6)
    whole = open_run(tmp_path)["mean"].load()
    np.testing.assert_array_equal(open_run(tmp_path)["mean"].isel(choice), whole.isel(choice))


def test_a_run_that_writes_is_read_up_to_its_last_whole_step(writer, tmp_path):
    process = writer.start("trajectories", tmp_path, 1, 2, 1, 3, "wait")
    assert [process.stdout.readline() for _ in range(3)] == ["1\n", "2\n", "3\n"]
    run = open_run(tmp_path)
    np.testing.assert_array_equal(run.step, [1, 2, 3])
    np.testing.assert_array_equal(run["mean"], latents(run.step))
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def test_an_attempt_that_is_just_starting_is_left_out_with_a_warning(writer, tmp_path):
    writer.trajectories(tmp_path, attempt=1)
    starting = writer.trajectories(tmp_path, attempt=2, first=6, last=6)
    (starting / "rank-0001.h5").unlink()
    with pytest.warns(UserWarning, match="1 of 2 files are there"):
        run = open_run(tmp_path)
    np.testing.assert_array_equal(run.step, [1, 2, 3, 4, 5])


def test_a_folder_without_trajectories_is_an_error_that_names_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="no trajectory files"):
        open_run(tmp_path)


def test_metrics_are_read_without_a_line_that_is_being_written(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"step":1,"reward":0.5}\n{"step":2,"rew')
    assert read_metrics(tmp_path) == [{"step": 1, "reward": 0.5}]
