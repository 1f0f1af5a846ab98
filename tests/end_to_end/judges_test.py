"""The world's judges: `score` says of rendered and of worn pictures what transformers says (world/make/fixtures.py),
each prefers what is true or vivid, and each can be climbed."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

FOLDER = Path("tests/golden/judges")
ROWS = json.loads((FOLDER / "expected.json").read_text())
JUDGES = [name for name in ROWS[0] if "=" in name]
# Every picture has three rows: its caption, an edited caption, and its caption for the worn picture.
TRUE, EDITED, WORN = slice(0, None, 3), slice(1, None, 3), slice(2, None, 3)


@pytest.fixture
def captions(rocm):
    file = rocm.folder / "captions.txt"
    file.write_text("".join(row["caption"] + "\n" for row in ROWS))
    return file


def scores(rocm, captions, judge):
    images = [FOLDER / row["image"] for row in ROWS]
    done = rocm.run("score", "--images", *images, "--captions", captions, "--score", judge)
    assert done.returncode == 0, done.stderr
    name = judge.split("=")[0]
    return np.array([json.loads(line)[name] for line in done.stdout.splitlines()])


@pytest.mark.parametrize("judge", JUDGES)
def test_every_judge_says_what_transformers_says(rocm, captions, judge):
    np.testing.assert_allclose(scores(rocm, captions, judge), [row[judge] for row in ROWS], atol=1e-4)


@pytest.mark.parametrize("judge", [judge for judge in JUDGES if not judge.startswith("aesthetic")])
def test_a_judge_of_captions_prefers_the_true_one(rocm, captions, judge):
    said = scores(rocm, captions, judge)
    preferred = said[TRUE] > said[EDITED]
    # The small ImageReward does not read which thing stands left (world/README.md).
    at_least = 6 if judge.startswith("imagereward") else len(preferred)
    assert preferred.sum() >= at_least, said[TRUE] - said[EDITED]


def test_the_judge_of_pictures_prefers_vivid_ones_whatever_the_caption(rocm, captions):
    said = scores(rocm, captions, next(judge for judge in JUDGES if judge.startswith("aesthetic")))
    assert (said[TRUE] > said[WORN] + 0.5).all() and (said[TRUE] == said[EDITED]).all()
    assert (1 <= said).all() and (said <= 10).all()


@pytest.mark.parametrize("judge", JUDGES)
def test_every_judge_has_a_gradient(rocm, judge):
    name, path = judge.split("=")
    tensors = rocm.folder / "probe.safetensors"
    done = rocm.run("probe", "--config", rocm.config, "--tensors", tensors, "--set", f"reward.0.name={name}",
                    "--set", f"reward.0.path={path}", "--set", "data.batch_size=2", "--set", "model.steps=2",
                    "--set", "objective.divergence=none")
    assert done.returncode == 0, done.stderr
    found = load_file(tensors)
    assert np.isfinite(found["reward"]).all()
    assert any(np.abs(found[name]).max() > 0 for name in found if name.startswith("gradient."))
