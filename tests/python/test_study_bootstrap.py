# SPDX-License-Identifier: Apache-2.0
"""tools/study: the bootstrap, against answers that are known."""

import numpy as np
import pytest

from study.bootstrap import RESAMPLES, interval, means, over_runs, weights, where_reached


def plain_resamples(values, generator, count):
    """Two-level bootstrap as it is explained, one resample after the other: values [run, prompt]."""
    runs, prompts = values.shape
    return np.array(
        [
            values[generator.integers(runs, size=runs)][:, generator.integers(prompts, size=prompts)].mean()
            for _ in range(count)
        ]
    )


def test_the_first_row_is_the_estimate():
    values = np.random.default_rng(1).normal(size=(3, 4, 50))
    np.testing.assert_allclose(means(values, "a")[0], values.mean(axis=(0, 2)))


def test_weights_count_draws():
    drawn = weights(5, "prompts")[1:] * 5
    np.testing.assert_allclose(drawn, drawn.round())
    np.testing.assert_allclose(drawn.sum(axis=1), 5)
    assert len(drawn) == RESAMPLES
    np.testing.assert_allclose(drawn.var(axis=0), 0.8, rtol=0.05)  # n p (1 - p)


def test_both_levels_vary_as_in_a_plain_bootstrap():
    generator = np.random.default_rng(2)
    values = generator.normal(size=(3, 1)) + generator.normal(size=(1, 40)) + generator.normal(size=(3, 40))
    fast = means(values[:, None], "a")[1:, 0]
    plain = plain_resamples(values, generator, 10_000)
    assert fast.std() == pytest.approx(plain.std(), rel=0.04)
    np.testing.assert_allclose(np.percentile(fast, [2.5, 97.5]), np.percentile(plain, [2.5, 97.5]), atol=0.08)


def test_a_single_run_resamples_prompts_only():
    values = np.random.default_rng(3).normal(2.0, 1.0, size=(1, 1, 400))
    estimate, low, high, _ = interval(means(values, "a")[:, 0])
    assert low < estimate < high
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.05)
    assert interval(means(np.full((1, 1, 400), 2.0), "a")[:, 0])[:3] == pytest.approx((2, 2, 2))


def test_runs_alone_make_an_interval_where_prompts_agree():
    values = np.array([0.0, 1.0]).reshape(2, 1, 1) * np.ones(9)
    assert interval(means(values, "a")[:, 0])[:3] == pytest.approx((0.5, 0, 1))


def test_groups_share_prompts_but_not_runs():
    by_prompt = np.random.default_rng(4).normal(size=(1, 1, 30)) * np.ones((3, 1, 1))
    np.testing.assert_allclose(means(by_prompt, "a"), means(by_prompt, "b"))
    by_run = np.arange(3.0).reshape(3, 1, 1) * np.ones(30)
    assert abs(np.corrcoef(means(by_run, "a")[1:, 0], means(by_run, "b")[1:, 0])[0, 1]) < 0.05


def test_numbers_of_runs_are_drawn_like_their_scores():
    by_run = np.array([[0.0, 1.0], [0.0, 3.0]])
    np.testing.assert_allclose(over_runs(by_run, "a"), means(by_run[:, :, None] * np.ones(7), "a"))


def test_the_first_crossing_is_found_on_straight_lines():
    curve = np.array([[0, 2, 1, 4], [0, 1, 2, 3], [0, 0, 0, 0.5]], float)
    other = np.array([[0, 10, 20, 30]] * 3, float)
    np.testing.assert_array_equal(where_reached(curve, 1.5, other), [7.5, 15, np.nan])
    np.testing.assert_array_equal(where_reached(curve, np.array([2, 3, 0.25]), other), [10, 30, 25])
    np.testing.assert_array_equal(where_reached(curve, 1.0, other, never=np.inf), [5, 10, np.inf])
    np.testing.assert_array_equal(where_reached(curve, -1.0, other), [0, 0, 0])


@pytest.mark.parametrize("missing, shown", [(0.02, True), (0.03, False)])
def test_an_interval_needs_almost_all_resamples(missing, shown):
    rows = np.arange(1001.0)
    rows[1 : 1 + int(1000 * missing)] = np.nan
    assert np.isfinite(interval(rows)[:3]).all() == shown


def test_an_end_that_is_never_reached_is_open():
    rows = np.arange(1001.0)
    rows[-100:] = np.inf
    estimate, low, high, _ = interval(rows)
    assert estimate == 0 and low == pytest.approx(25.975) and not np.isfinite(high)
