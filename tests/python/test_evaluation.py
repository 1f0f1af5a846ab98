# SPDX-License-Identifier: Apache-2.0
"""The file of `evaluate` as h5py and xarray see it, against docs/formats.md."""

import h5py
import numpy as np
import pytest
import xarray as xr

from rocm_dist_records import open_evaluation

POLICIES = ["base", "tést@50"]
TABLE = {
    "shapes": (("policy", "prompt", "seed"), "f8"),
    "shapes_mean": (("policy",), "f8"),
    "shapes_low": (("policy",), "f8"),
    "shapes_high": (("policy",), "f8"),
    "shapes_difference": (("policy", "other_policy"), "f8"),
    "shapes_difference_low": (("policy", "other_policy"), "f8"),
    "shapes_difference_high": (("policy", "other_policy"), "f8"),
    "sample_id": (("prompt", "seed"), "i8"),
    "training_step": (("policy",), "i8"),
}


@pytest.fixture
def path(writer, tmp_path):
    writer.run("comparison", tmp_path / "a.h5")
    return tmp_path / "a.h5"


def test_h5py_sees_axes_types_units_and_meanings(path):
    with h5py.File(path) as file:
        for name, (axes, kind) in TABLE.items():
            assert file[name].dtype == np.dtype(kind), name
            assert [axis[0].name for axis in file[name].dims] == ["/" + axis for axis in axes], name
            assert file[name].attrs["units"] == "1" and file[name].attrs["long_name"], name
            if kind == "f8":
                assert np.isnan(file[name].fillvalue) and np.isnan(file[name].attrs["_FillValue"]), name
        assert list(file["policy"].asstr()) == list(file["other_policy"].asstr()) == POLICIES
        assert list(file["prompts"].asstr()) == ["a red circle", "ein grünes Quadrat", "一只猫"]
        assert file.attrs["Conventions"] == "CF-1.10" and file.attrs["schema_version"] == 1
        assert (file.attrs["seed"], file.attrs["confidence"], file.attrs["divergence"]) == (0, 0.95, "kl")


def test_a_reader_finds_policies_and_pairs_by_name(path):
    compared = open_evaluation(path)
    assert {name: compared[name].dims for name in TABLE} == {name: axes for name, (axes, _) in TABLE.items()}
    np.testing.assert_array_equal(compared.shapes.values, np.arange(12).reshape(2, 3, 2) + 0.5)
    assert compared.shapes_mean.sel(policy="tést@50") == 11
    assert compared.shapes_difference_low.sel(policy="tést@50", other_policy="base") == 11
    assert np.isnan(compared.shapes_high).all()
    assert compared.sample_id.values.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert compared.shapes_mean.coords["training_step"].values.tolist() == [0, 50]
    assert compared.adapter_sha256.values.tolist() == ["", "0f"]
    assert list(compared.shapes.prompts.values) == ["a red circle", "ein grünes Quadrat", "一只猫"]


def test_xarray_needs_no_help(path):
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        assert dataset.shapes.dims == ("policy", "prompt", "seed")
        assert list(dataset.policy.values) == POLICIES
