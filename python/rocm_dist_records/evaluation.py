# SPDX-License-Identifier: Apache-2.0
"""What `rocm-dist evaluate` wrote, as one xarray.Dataset."""

import xarray as xr

COORDINATES = ("prompts", "sample_id", "training_step", "adapter", "adapter_sha256")


def open_evaluation(path):
    """The whole file, read into memory: policies by name, pairs of them by `policy` and `other_policy`."""
    return xr.load_dataset(path, engine="h5netcdf").set_coords(COORDINATES)
