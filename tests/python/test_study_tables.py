# SPDX-License-Identifier: Apache-2.0
"""tools/study: groups of runs and the tables printed of them."""

import csv

import numpy as np
import pytest
from study_files import FALLING, STEADY, by_prompt, printed, refused, write_evaluation

from study.bootstrap import Interval
from study.evaluations import open_study
from study.tables import markdown, text


@pytest.fixture
def path(tmp_path):
    return write_evaluation(tmp_path / "a.h5", {"kl-b10-s0": STEADY, "kl-b10-s1": STEADY, "none-s0": FALLING})


def test_runs_that_differ_in_their_seed_are_a_group(path):
    study = open_study([path])
    assert {name: group.runs for name, group in study.groups.items()} == {
        "kl-b10": ("kl-b10-s0", "kl-b10-s1"),
        "none": ("none-s0",),
    }
    assert study.groups["none"].steps == (0, 50, 100)
    np.testing.assert_allclose(study.groups["none"].scores["truth"][0, :, 3], [0, 0.3, -0.1])
    assert study.scores == ("proxy", "truth")


def test_names_without_a_seed_are_groups_of_one(tmp_path):
    courses = {"lora": {"proxy": {-1: 1.0}}, "s0": STEADY, "hps-s1m": STEADY}
    study = open_study([write_evaluation(tmp_path / "a.h5", courses)])
    assert list(study.groups) == ["lora", "s0", "hps-s1m"]
    assert study.groups["lora"].steps == (0, -1)


def test_only_steps_that_all_runs_have_are_used(tmp_path):
    often = {"proxy": {25: 9.0, 50: 1.0, 75: 9.0, 100: 3.0}}
    study = open_study([write_evaluation(tmp_path / "a.h5", {"a-s0": STEADY, "a-s1": often})])
    assert study.groups["a"].steps == (0, 50, 100)
    np.testing.assert_allclose(study.groups["a"].scores["proxy"][:, :, 0], [[0, 1, 2], [0, 1, 3]])


def test_the_table_shows_bases_first_and_final_differences(capsys, path):
    rows = printed(capsys, "table", path, "--proxy", "truth")
    assert list(rows) == ["base", "kl-b10", "none"]
    assert list(rows["base"]) == ["group", "step", "seeds", "truth", "proxy", "KL"]
    assert rows["base"] == {"group": "base", "step": "0", "seeds": "", "truth": "1.188", "proxy": "15.69", "KL": "0"}
    assert rows["kl-b10"]["seeds"] == "2 seeds" and rows["none"]["seeds"] == "1 seed"
    assert rows["none"]["proxy"] == "+4 [+4, +4]" and rows["none"]["KL"] == "2"
    assert rows["kl-b10"]["step"] == "100"


def test_the_table_of_what_a_group_changed_more_than_another(capsys, path):
    rows = printed(capsys, "table", path, "--proxy", "truth", "--minus", "none")
    assert list(rows) == ["kl-b10 - none"]
    assert rows["kl-b10 - none"]["truth"] == "+0.3 [+0.3, +0.3]"
    assert rows["kl-b10 - none"]["proxy"] == "-2 [-2, -2]" and rows["kl-b10 - none"]["KL"] == "0.75"
    assert "no group kl" in refused(capsys, "table", path, "--proxy", "truth", "--minus", "kl")


def test_the_table_of_another_step(capsys, path):
    rows = printed(capsys, "table", path, "--proxy", "proxy", "--step", 50, "--groups", "none")
    assert list(rows) == ["base", "none"] and rows["none"]["truth"].startswith("+0.3 [")
    assert "kl-b10 has no step 60. It has 0, 50, 100." in refused(
        capsys, "table", path, "--proxy", "proxy", "--step", 60
    )


def test_csv_has_full_precision_and_a_column_for_each_end(capsys, tmp_path):
    spread = {"proxy": {9: by_prompt([0, 1, 2, 3, 4, 6])}}
    path = write_evaluation(tmp_path / "a.h5", {"a": spread})
    printed(capsys, "table", path, "--proxy", "proxy", "--csv", tmp_path / "a.csv")
    base, row = csv.DictReader((tmp_path / "a.csv").read_text().splitlines())
    assert float(row["proxy"]) == pytest.approx(16 / 6, rel=1e-14)
    assert 1 < float(row["proxy_low"]) < 16 / 6 < float(row["proxy_high"]) < 4.5
    assert base["proxy_low"] == "" and float(base["proxy"]) == 15.6875


def test_files_are_compared_through_their_own_bases(capsys, tmp_path):
    lcm = write_evaluation(tmp_path / "lcm.h5", {"rocm-s0": STEADY})
    teacher = {"proxy": 17.0, "truth": 0.25, "jpeg": 3.0, "divergence": 0.0}
    ddpo = write_evaluation(tmp_path / "ddpo.h5", {"ddpo-s0": FALLING}, teacher)
    rows = printed(capsys, "table", lcm, ddpo, "--proxy", "proxy")
    assert list(rows) == ["base of lcm", "base of ddpo", "rocm", "ddpo"]
    assert rows["ddpo"]["proxy"] == "+4 [+4, +4]" and rows["base of ddpo"]["proxy"] == "17.69"
    assert "jpeg" not in rows["ddpo"]


def test_seeds_in_several_files_are_one_group_and_one_base(capsys, tmp_path):
    paths = [write_evaluation(tmp_path / f"{seed}.h5", {f"a-s{seed}": STEADY}) for seed in (0, 1)]
    rows = printed(capsys, "table", *paths, "--proxy", "proxy")
    assert list(rows) == ["base", "a"] and rows["a"]["seeds"] == "2 seeds"


def test_problems_say_what_to_do(capsys, tmp_path, path):
    assert refused(capsys, "table", path, "--proxy", "prxy") == (
        "study: there is no score prxy. Known are proxy, truth.\n"
    )
    again = write_evaluation(tmp_path / "b.h5", {"none-s0": FALLING})
    assert "the run none-s0 is in another file, too. Give one" in refused(
        capsys, "table", path, again, "--proxy", "proxy"
    )
    other = write_evaluation(tmp_path / "c.h5", {"c": FALLING}, prompts=list("abcdef"))
    assert "its prompts are not those of" in refused(capsys, "table", path, other, "--proxy", "proxy")
    uneven = write_evaluation(tmp_path / "d.h5", {"d-s0": FALLING, "d-s1": {"proxy": {50: 1.0}}})
    assert "end at different steps (100 of d-s0, 50 of d-s1). Train" in refused(
        capsys, "table", uneven, "--proxy", "proxy"
    )
    assert "nothing.h5: no such file. Give" in refused(capsys, "table", tmp_path / "nothing.h5", "--proxy", "proxy")
    (tmp_path / "text.h5").write_text("text")
    assert "not an evaluation (" in refused(capsys, "table", tmp_path / "text.h5", "--proxy", "proxy")
    assert "are required: --proxy. See python tools/study table --help." in refused(capsys, "table", path)
    assert "there is no group kl. Known are kl-b10, none." in refused(
        capsys, "table", path, "--proxy", "proxy", "--groups", "kl"
    )


def test_what_was_judged_or_sampled_otherwise_is_not_compared(capsys, tmp_path):
    def pair(first, second):
        files = [
            write_evaluation(tmp_path / f"{name}.h5", {f"a-s{i}": STEADY}, **attributes)
            for i, (name, attributes) in enumerate({"one": first, "two": second}.items())
        ]
        return ["table", *files, "--proxy", "proxy"]

    error = refused(capsys, *pair({"scores": "proxy=x truth"}, {"scores": "truth proxy=y"}))
    assert "two.h5: proxy=y is proxy=x in" in error
    error = refused(capsys, *pair({"configuration": "model.steps = 4"}, {"configuration": "model.steps = 8"}))
    assert "the runs of a were not sampled alike." in error
    assert "KL" in printed(capsys, *pair({"reduction": "sum"}, {"reduction": "sum"}))["base"]
    assert "KL" not in printed(capsys, *pair({"reduction": "sum"}, {"reduction": "mean"}))["base"]


def test_what_cannot_be_used_is_refused_before_it_is_computed(capsys, tmp_path, path):
    assert "a file is given twice." in refused(capsys, "table", path, path, "--proxy", "proxy")
    assert "no such file" in refused(capsys, "table", tmp_path, "--proxy", "proxy")
    assert "there is no such folder. Make it" in refused(
        capsys, "table", path, "--proxy", "proxy", "--csv", tmp_path / "none" / "t.csv"
    )


@pytest.mark.parametrize(
    "cell, shown",
    [
        (Interval(0.0123456, -0.0021, 0.031), "+0.012 [-0.002, +0.031]"),
        (Interval(1.0, 0.5, 1.5), "+1.00 [+0.50, +1.50]"),
        (Interval(123.4, 100.0, 160.0, ""), "123 [100, 160]"),
        (Interval(123.4, 100.0, float("inf"), ""), "123.4 [100, -]"),
        (Interval(float("nan"), 0.0, 1.0), "-"),
        (Interval(2e-7, 1e-7, 3e-7), "+0.00000020 [+0.00000010, +0.00000030]"),
        (0.0091234, "0.009123"),
        (float("nan"), "-"),
        (7, "7"),
    ],
)
def test_cells_show_digits_that_mean_something(cell, shown):
    assert text(cell) == shown


def test_markdown_has_a_line_per_row():
    assert markdown([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]) == "| a | b |\n| --- | --- |\n| 1 | x |\n| 2 | y |"
