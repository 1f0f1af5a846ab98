# SPDX-License-Identifier: Apache-2.0
"""One rank's trajectory file, at the moment it was opened."""

import h5py

SCHEMA_VERSION = 1
NOT_A_VARIABLE = b"This is a netCDF dimension but not a netCDF variable"
HIDDEN_ATTRIBUTES = {"CLASS", "NAME", "DIMENSION_LIST", "DIMENSION_LABELS", "REFERENCE_LIST", "_FillValue"}


class RankFile:
    """A file that may be growing, finished, or left by a killed job: all are read in SWMR mode.

    `step` grows last, so the first `len(steps)` rows of every variable are whole.
    """

    def __init__(self, path):
        self.path = path
        with self._open() as file:
            version = int(file.attrs["schema_version"])
            if version > SCHEMA_VERSION:
                raise ValueError(f"{path}: schema version {version} is newer than this reader ({SCHEMA_VERSION})")
            self.steps = file["step"][:]
            self.attributes = dict(file.attrs)
            self.variables = {name: _describe(item) for name, item in file.items() if _is_variable(item)}
            self.constants = {
                name: _values(file[name])
                for name, variable in self.variables.items()
                if variable["axes"][0] != "step"
            }

    @property
    def samples(self):
        return self.variables["sample_id"]["shape"][1]

    def read(self, name, rows, rest):
        """Increasing rows of a growing variable, of each the part that the slices `rest` select."""
        contiguous = rows[-1] - rows[0] + 1 == len(rows)
        chosen = slice(int(rows[0]), int(rows[-1]) + 1) if contiguous else rows
        with self._open() as file:
            return file[name][(chosen,) + tuple(rest)]

    def _open(self):
        return h5py.File(self.path, "r", libver="latest", swmr=True)


def _is_variable(item):
    return not bytes(item.attrs.get("NAME", b"")).startswith(NOT_A_VARIABLE)


def _describe(item):
    attributes = {name: value for name, value in item.attrs.items() if name not in HIDDEN_ATTRIBUTES}
    axes = ["step"] if item.name == "/step" else [axis[0].name.lstrip("/") for axis in item.dims]
    return {"axes": axes, "dtype": item.dtype, "shape": item.shape, "attributes": attributes}


def _values(item):
    return item.asstr()[:] if h5py.check_string_dtype(item.dtype) else item[:]
