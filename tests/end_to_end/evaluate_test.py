"""`evaluate`: base model and policies on the same prompts and noise, in HDF5 and as a table."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROMPTS = "".join(Path("world/validation.txt").read_text().splitlines(keepends=True)[:4])
SCORES = ["shapes", "pickscore=world/clip"]
SAMPLING = ["--set", "model.steps=4"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Prompts, and a run of two steps with both checkpoints."""
    from conftest import Rocm

    rocm = Rocm(tmp_path_factory.mktemp("world"))
    rocm.prompts = rocm.folder / "prompts.txt"
    rocm.prompts.write_text(PROMPTS)
    rocm.finished = rocm.train("finished", run__iterations=2, checkpoint__every=1, data__batch_size=2)
    rocm.other = rocm.train("other", run__iterations=1, run__seed=3, data__batch_size=2)
    rocm.other = rocm.other.rename(rocm.folder / "other/other")
    return rocm


def evaluate(world, name, *arguments, ranks=None, expect=0, prompts=True):
    output = world.folder / name
    given = ["--prompts", world.prompts] if prompts else []
    done = world.run("evaluate", *arguments, *given, "--output", output, ranks=ranks)
    assert done.returncode == expect, done.stderr
    return done, output


def test_the_file_has_the_same_bytes_on_any_number_of_ranks(world):
    flags = ["--run", world.finished, world.other, "--checkpoints", "--seeds", 2, "--score", *SCORES]
    table, alone = evaluate(world, "alone.h5", *flags)
    assert alone.read_bytes()[1:4] == b"HDF"
    for ranks in (2, 4):
        done, output = evaluate(world, f"on-{ranks}.h5", *flags, ranks=ranks)
        assert output.read_bytes() == alone.read_bytes()
        assert done.stdout == table.stdout
    assert "4 prompts x 2 seeds" in table.stdout
    for policy in ("base", "run@1", "run ", "other"):
        assert f"shapes      {policy}" in table.stdout, table.stdout


def test_pictures_are_those_of_sample_and_scores_those_of_score(world):
    adapter = world.finished / "lora.safetensors"
    done, _ = evaluate(world, "a.h5", "--model", "world/lcm", "--lora", adapter, *SAMPLING, "--score", *SCORES,
                       "--format", "jsonl")
    lines = {(line["policy"], line["measure"]): line for line in map(json.loads, done.stdout.splitlines())}
    for policy, lora in (("base", []), ("lora", ["--lora", adapter])):
        pictures = world.folder / policy
        drawn = world.run("sample", "--model", "world/lcm", "--prompts", world.prompts, "--output", pictures,
                          *lora, *SAMPLING)
        assert drawn.returncode == 0, drawn.stderr
        scored = world.run("score", "--images", pictures, "--captions", world.prompts, "--score", *SCORES,
                           "--batch-size", 1, "--threads", 1)
        rows = [json.loads(row) for row in scored.stdout.splitlines()]
        for measure in ("shapes", "pickscore"):
            mean = sum(row[measure] for row in rows) / len(rows)
            assert lines[policy, measure]["mean"] == pytest.approx(mean, rel=1e-12), (policy, measure)
    assert lines["base", "divergence"]["mean"] == 0
    assert lines["lora", "divergence"]["mean"] > 0
    assert lines["lora", "pickscore"]["difference"] == pytest.approx(
        lines["lora", "pickscore"]["mean"] - lines["base", "pickscore"]["mean"], abs=1e-9)


def test_h5py_finds_names_numbers_and_what_they_were_made_from(world):
    h5py = pytest.importorskip("h5py")
    _, output = evaluate(world, "b.h5", "--run", world.finished, "--checkpoint", 1, "--seeds", 2, "--score", "shapes")
    with h5py.File(output) as file:
        assert list(file["policy"].asstr()) == ["base", "run@1", "run"]
        assert list(file["other_policy"].asstr()) == ["base", "run@1", "run"]
        assert list(file["training_step"]) == [0, 1, 2]
        assert list(file["prompts"].asstr()) == PROMPTS.splitlines()
        assert file["sample_id"][:].tolist() == [[0, 4], [1, 5], [2, 6], [3, 7]]
        assert [axis.label for axis in file["shapes"].dims] == ["policy", "prompt", "seed"]
        assert file["shapes"].shape == (3, 4, 2) and file["shapes"].dtype == "f8"
        mean = file["shapes"][:].mean((1, 2))
        assert file["shapes_mean"][:] == pytest.approx(mean)
        assert (file["shapes_low"][:] <= mean).all() and (mean <= file["shapes_high"][:]).all()
        assert file["shapes_difference"][2, 0] == pytest.approx(mean[2] - mean[0])
        assert (file["divergence"][0] == 0).all() and (file["divergence"][2] > 0).all()
        assert file["adapter_sha256"].asstr()[0] == "" and len(file["adapter_sha256"].asstr()[2]) == 64
        assert "model.steps = 4" in file.attrs["configuration"]
        assert (file.attrs["seed"], file.attrs["resamples"], file.attrs["divergence"]) == (0, 10000, "kl")


def test_inspect_says_what_the_file_is(world):
    _, output = evaluate(world, "h.h5", "--model", "world/lcm", "--score", "shapes", "--seeds", 2)
    done = world.run("inspect", output)
    assert done.returncode == 0 and "1 policies, 4 prompts, 2 seeds" in done.stdout, done.stdout + done.stderr


def test_prompts_and_scores_are_the_runs_where_none_are_given(world):
    done, _ = evaluate(world, "c.h5", "--run", world.finished, "--set", f"evaluation.prompts={world.prompts}",
                       prompts=False)
    assert "pickscore" in done.stdout and "4 prompts x 1 seeds" in done.stdout


def test_runs_that_sample_differently_are_refused(world):
    slower = world.train("slower", run__iterations=1, data__batch_size=2, model__steps=3)
    done, output = evaluate(world, "d.h5", "--run", world.finished, slower, expect=2)
    assert "model.steps is 4" in done.stderr and "evaluate each alone" in done.stderr
    assert not output.exists()


def folder_of_unfinished_run(world):
    unfinished = world.folder / "unfinished"
    if not unfinished.exists():
        shutil.copytree(world.finished, unfinished)
        (unfinished / "lora.safetensors").unlink()
    return unfinished


def test_an_unfinished_run_says_what_to_do(world):
    run = folder_of_unfinished_run(world)
    done, _ = evaluate(world, "e.h5", "--run", run, expect=3)
    assert "there is no lora.safetensors" in done.stderr and "--checkpoints" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    done, _ = evaluate(world, "e.h5", "--run", run, "--checkpoint", 2, "--score", "shapes")
    assert "unfinished@2" in done.stdout


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["--run", "none"], 3, "it is no run folder"),
        (["--run", "{finished}", "--checkpoint", "7"], 4, "it has 1, 2"),
        (["--run", "{finished}", "--score", "shape"], 2, "did you mean shapes?"),
        (["--run", "{finished}", "--score", "pickscore=none"], 3, "none"),
        (["--run", "{finished}", "--seeds", "0"], 2, "--seeds 0"),
        (["--run", "{finished}", "--lora", "x"], 2, "--lora goes with --model"),
        (["--model", "world/lcm", "--lora", "{folder}/nan.safetensors", "--score", "shapes"], 3, "NaN"),
        (["--model", "world/lcm", "--lora", "none.safetensors", "--score", "shapes"], 3, "none.safetensors"),
        (["--model", "world/lcm", "--score", "shapes", "--set", "model.steps=0"], 2, "model.steps"),
    ],
)
def test_wrong_input_ends_in_one_line_before_anything_is_drawn(world, arguments, code, words):
    adapter = (world.finished / "lora.safetensors").read_bytes()
    (world.folder / "nan.safetensors").write_bytes(adapter[:-4] + b"\x00\x00\xc0\x7f")
    given = [word.format(finished=world.finished, folder=world.folder) for word in arguments]
    done, output = evaluate(world, "f.h5", *given, expect=code)
    assert words in done.stderr and len(done.stderr.splitlines()) == 1 and not output.exists(), done.stderr


def test_ranks_fail_together_and_say_so_once(world):
    done, _ = evaluate(world, "g.h5", "--run", world.finished, "--checkpoint", 7, ranks=2, expect=4)
    assert done.stderr.count("there is no checkpoint of step 7") == 1, done.stderr


def test_an_output_that_cannot_be_written_is_found_before_anything_is_drawn(world):
    flags = ["--model", "world/lcm", "--score", "shapes", "--prompts", world.prompts]
    done = world.run("evaluate", *flags, "--output", world.folder / "none/a.h5")
    assert done.returncode == 5 and "none" in done.stderr, done.stderr


def test_no_prompts_are_input(world):
    empty = world.folder / "empty.txt"
    empty.write_text("\n")
    done = world.run("evaluate", "--model", "world/lcm", "--score", "shapes", "--prompts", empty,
                     "--output", world.folder / "g.h5")
    assert done.returncode == 3 and "empty.txt" in done.stderr, done.stderr


def test_the_study_tool_makes_a_table_of_the_file(world):
    _, output = evaluate(world, "h.h5", "--run", world.finished, world.other, "--score", *SCORES)
    study = [sys.executable, "tools/study", "table", output, "--proxy", "pickscore"]
    table = subprocess.run(study, capture_output=True, text=True)
    assert table.returncode == 0, table.stderr
    title, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.stdout.splitlines()]
    assert title == ["group", "step", "seeds", "pickscore", "shapes", "KL"]
    assert [row[0] for row in rows] == ["base", "run", "other"]
