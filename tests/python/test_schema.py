# SPDX-License-Identifier: Apache-2.0
"""The trajectory files as h5py and xarray see them, against the published table."""

import h5py
import numpy as np
import pytest
import xarray as xr

from conftest import latents, scalars

LATENT_AXES = ("step", "sample", "transition", "channel", "y", "x")
TABLE = {
    "mean": (LATENT_AXES, "f2"),
    "state": (LATENT_AXES, "f2"),
    "sigma": (("transition",), "f4"),
    "divergence": (LATENT_AXES[:3], "f4"),
    "delta": (LATENT_AXES[:3], "f4"),
    "active_fraction": (LATENT_AXES[:3], "f4"),
    "reward": (LATENT_AXES[:2], "f4"),
    "reward_pickscore": (LATENT_AXES[:2], "f4"),
    "reward_clipscore": (LATENT_AXES[:2], "f4"),
    "sample_id": (LATENT_AXES[:2], "i8"),
    "prompt_id": (LATENT_AXES[:2], "i8"),
    "timestep": (("transition",), "i8"),
    "next_timestep": (("transition",), "i8"),
    "step": (("step",), "i8"),
}


@pytest.fixture(params=["rank-0001.h5", "master.h5"])
def path(request, writer, tmp_path):
    return writer.trajectories(tmp_path) / request.param


def test_h5py_sees_axes_types_units_and_meanings(path):
    with h5py.File(path) as file:
        for name, (axes, kind) in TABLE.items():
            variable = file[name]
            assert variable.dtype == np.dtype(kind), name
            if name != "step":
                assert [axis[0].name for axis in variable.dims] == ["/" + axis for axis in axes], name
                assert [axis.label for axis in variable.dims] == list(axes), name
            assert isinstance(variable.attrs["units"], str) and variable.attrs["units"], name
            assert isinstance(variable.attrs["long_name"], str) and variable.attrs["long_name"], name


def test_files_name_their_conventions_and_their_run(path):
    with h5py.File(path) as file:
        assert file.attrs["Conventions"] == "CF-1.10"
        assert file.attrs["schema_version"] == 1
        assert (file.attrs["divergence"], file.attrs["beta"], file.attrs["reduction"]) == ("kl", 0.1, "mean")
        assert file.attrs["configuration"] == '[run]\nname = "tést"\n'


def test_fields_that_were_not_chosen_are_absent(path):
    with h5py.File(path) as file:
        assert "reference_mean" not in file


def test_prompts_are_utf8(path):
    with h5py.File(path) as file:
        assert list(file["prompts"].asstr()) == ["a red circle", "ein grünes Quadrat", "一只猫"]


def test_nan_is_the_fill_value_of_floats(path):
    with h5py.File(path) as file:
        for name, (_, kind) in TABLE.items():
            if kind.startswith("f"):
                assert np.isnan(file[name].fillvalue), name
                assert np.isnan(file[name].attrs["_FillValue"]), name
        assert np.isnan(file["active_fraction"][:]).all()
        assert np.isnan(file["reward_clipscore"][:]).all()


def test_xarray_sees_names_and_coordinates(path):
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        for name, (axes, _) in TABLE.items():
            assert dataset[name].dims == axes, name
        assert {"step", "sample_id", "prompt_id", "timestep", "sigma"} <= set(dataset["mean"].coords)
        assert dataset["sample_id"].dtype == np.int64
        assert list(dataset["step"].values) == [1, 2, 3, 4, 5]
        assert list(dataset["timestep"].values) == [999, 759, 499]
        assert list(dataset["sigma"].values) == [0.75, 0.5, 0.25]


def test_latents_of_ranks_are_protected_by_checksums(writer, tmp_path):
    path = writer.trajectories(tmp_path) / "rank-0000.h5"
    with h5py.File(path) as file:
        assert file["mean"].fletcher32
        place = file["mean"].id.get_chunk_info(0).byte_offset
    with open(path, "r+b") as file:
        file.seek(place + 5)
        byte = file.read(1)[0]
        file.seek(place + 5)
        file.write(bytes([byte ^ 1]))
    with h5py.File(path) as file, pytest.raises(OSError):
        file["mean"][0]


def test_the_master_shows_all_ranks_in_rank_order(writer, tmp_path):
    with h5py.File(writer.trajectories(tmp_path) / "master.h5") as file:
        steps = file["step"][:]
        np.testing.assert_array_equal(steps, [1, 2, 3, 4, 5])
        np.testing.assert_array_equal(file["sample_id"][:], np.tile(np.arange(4), (5, 1)))
        np.testing.assert_array_equal(file["divergence"][:], scalars(steps))
        np.testing.assert_array_equal(file["delta"][:], scalars(steps, 1))
        np.testing.assert_array_equal(file["mean"][:], latents(steps))
        np.testing.assert_array_equal(file["state"][:], latents(steps, 1))


def test_the_master_survives_moving_the_run(writer, tmp_path):
    writer.trajectories(tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    with h5py.File(tmp_path / "there/trajectories/attempt-001/master.h5") as file:
        np.testing.assert_array_equal(file["divergence"][:], scalars([1, 2, 3, 4, 5]))


def test_the_master_shows_nan_for_a_rank_whose_file_is_missing(writer, tmp_path):
    folder = writer.trajectories(tmp_path)
    (folder / "rank-0001.h5").unlink()
    with h5py.File(folder / "master.h5") as file:
        assert np.isfinite(file["divergence"][:, :2]).all()
        assert np.isnan(file["divergence"][:, 2:]).all()
        assert (file["sample_id"][:, 2:] == -1).all()
