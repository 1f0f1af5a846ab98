# SPDX-License-Identifier: Apache-2.0
"""tools/study: over-optimisation, equal proxy, the race; and its drawings, where the libraries are there."""

import json
import sys

import numpy as np
import pytest
from study_files import FALLING, STEADY, by_prompt, printed, refused, write_evaluation, write_metrics

from study import equal_proxy, overoptimisation, race
from study.command_line import main
from study.evaluations import open_study
from study.groups import Group, Study
from study.tables import text

OPTIONS = ["--proxy", "proxy", "--truth", "truth"]


@pytest.fixture
def path(tmp_path):
    return write_evaluation(tmp_path / "a.h5", {"kl-s0": STEADY, "kl-s1": STEADY, "none-s0": FALLING})


def test_a_truth_that_falls_behind_its_peak_is_named(capsys, path):
    rows = printed(capsys, "overoptimisation", path, *OPTIONS)
    assert list(rows["kl"].values())[1:] == ["2 seeds", "+2 [+2, +2]", "100", "+0 [+0, +0]", "no fall shown"]
    assert list(rows["none"].values())[1:] == ["1 seed", "+4 [+4, +4]", "50", "-0.4 [-0.4, -0.4]", "falls"]


def test_the_base_may_be_the_peak(capsys, tmp_path):
    path = write_evaluation(tmp_path / "a.h5", {"a": {"proxy": {5: 1.0}, "truth": {5: by_prompt([-1, -2] * 3)}}})
    row = printed(capsys, "overoptimisation", path, *OPTIONS)["a"]
    assert row["truth peak step"] == "0" and row["truth end - peak"] == "-1 [-1, -1]"


def test_the_peak_is_chosen_on_odd_and_measured_on_even_prompts(tmp_path):
    truth = {1: by_prompt([0, 5] * 3), 2: by_prompt([3, 0] * 3), 3: by_prompt([1, 1] * 3)}
    path = write_evaluation(tmp_path / "a.h5", {"a": {"proxy": {1: 1, 2: 2, 3: 3}, "truth": truth}})
    (row,) = overoptimisation.rows(open_study([path]), "proxy", "truth")
    assert row["truth peak step"] == 1
    assert row["truth end - peak"][:3] == pytest.approx((1, 1, 1)) and row["verdict"] == "no fall shown"


def test_a_fall_within_its_interval_is_not_shown(tmp_path):
    truth = {1: 1.0, 2: by_prompt([2, 0, -3, 0, 3, 0])}
    path = write_evaluation(tmp_path / "a.h5", {"a": {"proxy": {1: 1, 2: 2}, "truth": truth}})
    (row,) = overoptimisation.rows(open_study([path]), "proxy", "truth")
    fall = row["truth end - peak"]
    assert fall.estimate == pytest.approx(-1 / 3) and fall.low < 0 < fall.high and row["verdict"] == "no fall shown"


def test_noise_alone_is_seldom_called_a_fall():
    """Forty steps of pure noise: the best of them looks good, and its fall must not."""
    generator = np.random.default_rng(5)
    noise = {
        f"g{i}": Group(f"g{i}", ("r",), tuple(range(40)), {"proxy": values, "truth": values})
        for i, values in enumerate(generator.normal(size=(60, 1, 40, 64)))
    }
    rows = overoptimisation.rows(Study(noise, {}, ("proxy", "truth"), "kl"), "proxy", "truth")
    assert sum(row["verdict"] == "falls" for row in rows) <= 5  # 2.5 % of 60 are 1.5


def test_truth_at_equal_proxy_lies_on_straight_lines(tmp_path, path):
    rows = equal_proxy.rows(open_study([path]), "proxy", "truth", "kl", [0.5, 1.5, 3.0])
    own, gap = ([cell[0] for cell in list(row.values())[2:]] for row in rows)
    np.testing.assert_allclose(own, [0.05, 0.15, np.nan])
    np.testing.assert_allclose(gap, [0.075 - 0.05, 0.225 - 0.15, np.nan])
    assert [row["group"] for row in rows] == ["kl minus base", "none minus kl"]


def test_equal_proxy_chooses_places_that_its_group_reaches(capsys, path):
    rows = printed(capsys, "equal_proxy", path, *OPTIONS, "--against", "none")
    assert list(rows["kl minus none"])[2:] == [f"truth at proxy +{x}" for x in ("0.8", "1.6", "2.4", "3.2")]
    assert list(rows["kl minus none"].values())[-2:] == ["-", "-"]


def test_equal_proxy_pairs_prompts(tmp_path):
    """Prompts differ much, and alike in both groups: the gap has a narrow interval, the truth a wide one."""
    wide = by_prompt([-3, -2, -1, 1, 2, 3])
    courses = {"a": {"proxy": {1: 1}, "truth": {1: wide}}, "b": {"proxy": {1: 2}, "truth": {1: 2 * wide + 0.5}}}
    path = write_evaluation(tmp_path / "a.h5", courses)
    own, gap = equal_proxy.rows(open_study([path]), "proxy", "truth", "a", [0.5])
    assert gap["truth at proxy +0.5"][:3] == pytest.approx((0.125, 0.125, 0.125))
    assert own["truth at proxy +0.5"].low < -0.5


def test_a_place_that_some_resamples_miss_is_not_shown(tmp_path):
    uncertain = {"proxy": {1: by_prompt([0, 0, 0, 2, 2, 2])}}
    path = write_evaluation(tmp_path / "a.h5", {"a": uncertain})
    (row,) = equal_proxy.rows(open_study([path]), "proxy", "truth", "a", [0.99])
    assert np.isnan(row["truth at proxy +0.99"].estimate)


def test_equal_proxy_refuses_places_at_or_below_the_base(capsys, path):
    error = refused(capsys, "equal_proxy", path, *OPTIONS, "--against", "kl", "--at", "-1")
    assert error == "study: --at -1 is where the base is, or below. Give proxy differences above 0.\n"


def race_rows(tmp_path, path):
    runs = [
        write_metrics(tmp_path / "kl-s0", [[(1, 1.0), (50, 10.0)], [(51, 1.0), (100, 20.0)]], 4.0),
        write_metrics(tmp_path / "kl-s1", [[(1, 1.0), (50, 20.0), (100, 50.0)]], 6.0),
        write_metrics(tmp_path / "none-s0", [[(1, 1.0), (50, 8.0), (100, 16.0)]]),
        str(tmp_path / "kl-s0.toml"),
    ]
    study = open_study([path])
    return {row["group"]: row for row in race.rows(study, race.clocks(study, runs), ["proxy", "truth"], "kl")}


def test_the_race_adds_up_attempts_and_averages_seeds(tmp_path, path):
    rows = race_rows(tmp_path, path)
    assert rows["kl"]["seconds per run"] == (30 + 50) / 2 and rows["none"]["seconds per run"] == 16
    assert rows["kl"]["samples/s"] == 5 and rows["none"]["samples/s"] == 2


def test_the_race_says_when_a_curve_gets_there(tmp_path, path):
    rows = race_rows(tmp_path, path)
    assert rows["none"]["proxy"].estimate == pytest.approx(4)
    assert rows["none"]["seconds to proxy of kl"].estimate == pytest.approx(8)
    assert rows["none"]["seconds to truth of kl"].estimate == pytest.approx(8 * 2 / 3)
    assert rows["kl"]["seconds to proxy of kl"][:3] == pytest.approx((40, 30, 50))  # either seed may be drawn


def test_the_race_marks_what_never_gets_there(tmp_path, path):
    study = open_study([path])
    runs = [write_metrics(tmp_path / name, [[(50, 1.0), (100, 2.0)]]) for name in ("kl-s0", "kl-s1", "none-s0")]
    kl, none = race.rows(study, race.clocks(study, runs), ["proxy"], "none")
    assert text(kl["seconds to proxy of none"]) == "-" and text(none["seconds to proxy of none"]) == "2 [2, 2]"


def test_the_race_misses_folders_and_steps(capsys, tmp_path, path):
    short = write_metrics(tmp_path / "none-s0", [[(50, 1.0)]])
    options = ["--y", "proxy", "--reach", "none", "--output", "f.svg", "--runs", short]
    assert "the folder of the run kl-s0 is not there. Give it with --runs." in refused(capsys, "race", path, *options)
    error = refused(capsys, "race", path, *options, "--groups", "none")
    assert error == "study: the metrics of none-s0 have no step 100. Give the run that was evaluated.\n"


@pytest.mark.parametrize("x", ["step", "divergence", "sqrt_divergence", "proxy"])
def test_curves_are_the_same_bytes_each_time(tmp_path, path, x):
    pytest.importorskip("matplotlib")
    for name in ("1.svg", "2.svg"):
        arguments = ["curves", path, "--x", x, "--y", "truth", "divergence", "--output", str(tmp_path / name)]
        assert main([*arguments, "--title", "A title"]) == 0
    drawn = (tmp_path / "1.svg").read_bytes()
    assert drawn == (tmp_path / "2.svg").read_bytes() and len(drawn) < 60_000
    for label in (b"A title", b"truth, difference from base", b">none<", b">kl<"):
        assert label in drawn


def test_the_race_is_drawn_and_printed(capsys, tmp_path, path):
    pytest.importorskip("matplotlib")
    runs = [write_metrics(tmp_path / name, [[(50, 1.0), (100, 2.0)]]) for name in ("kl-s0", "kl-s1", "none-s0")]
    options = ["--y", "proxy", "--reach", "kl", "--output", tmp_path / "f.svg", "--runs", *runs]
    assert printed(capsys, "race", path, *options)["none"]["seconds to proxy of kl"] == "1 [1, 1]"
    assert b"training seconds" in (tmp_path / "f.svg").read_bytes()


def test_drawings_without_their_library_are_refused(capsys, monkeypatch, tmp_path, path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "study.figure", raising=False)
    error = refused(capsys, "curves", path, "--x", "step", "--y", "truth", "--output", tmp_path / "f.svg")
    assert error == "study: matplotlib is not installed. pip install -r tools/study/requirements.txt.\n"


def write_pictures(folder, colour, prompts):
    from PIL import Image

    folder.mkdir()
    names = [f"{i:06}.png" for i in range(len(prompts))]
    for name in names:
        Image.new("RGB", (8, 8), colour).save(folder / name)
    lines = [json.dumps({"image": name, "prompt": prompt}) for name, prompt in zip(names, prompts)]
    (folder / "index.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def test_a_gallery_has_a_column_per_folder_and_a_row_per_prompt(capsys, tmp_path):
    Image = pytest.importorskip("PIL.Image")
    prompts = ["a red circle", "two blue squares", "a star"]
    folders = {colour: write_pictures(tmp_path / colour, colour, prompts) for colour in ("red", "blue")}
    pictures = [f"{label}={folder}" for label, folder in folders.items()]
    options = ["--rows", "2", "--scale", "3", "--output", str(tmp_path / "f.png")]
    assert main(["gallery", "--pictures", *pictures, *options]) == 0
    with Image.open(tmp_path / "f.png") as sheet:
        counts = {colour: count for count, colour in sheet.getcolors(1 << 16)}
    assert counts[(255, 0, 0)] == counts[(0, 0, 255)] == 2 * 24 * 24

    other = write_pictures(tmp_path / "green", "green", ["a circle"] * 3)
    error = refused(capsys, "gallery", "--pictures", *pictures, f"green={other}", *options)
    assert "green was not drawn from the prompts of red. Sample both" in error


def test_a_gallery_says_what_is_wrong_with_a_folder(capsys, tmp_path):
    pytest.importorskip("PIL.Image")
    folder = write_pictures(tmp_path / "red", "red", ["a circle"] * 2)
    options = ["--rows", "2", "--output", str(tmp_path / "f.png")]

    def error(*pictures, rows=None):
        return refused(capsys, "gallery", "--pictures", *pictures, *options, *(["--rows", rows] if rows else []))

    assert "2 pictures are fewer than 3 rows. Sample more" in error(f"a={folder}", rows="3")
    assert "a label is given twice." in error(f"a={folder}", f"a={folder}")
    index = folder / "index.jsonl"
    good = index.read_text()
    index.write_text("{\n")
    assert "its index.jsonl is not an index of pictures." in error(f"a={folder}")
    index.write_text('{"image": "x"}\n')
    assert "its index.jsonl is not an index of pictures." in error(f"a={folder}")
    index.write_text(good)
    for picture in folder.glob("*.png"):
        picture.write_text("no picture")
    assert "not a picture." in error(f"a={folder}")
