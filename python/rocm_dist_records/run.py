# SPDX-License-Identifier: Apache-2.0
"""A run's trajectories over all attempts as one xarray.Dataset."""

from pathlib import Path

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from .attempt import Attempt, attempt_folders

COORDINATES = ("sample_id", "prompt_id", "timestep", "next_timestep", "sigma")


def open_run(path):
    """Opens a run folder, its trajectories folder, or one attempt. Also works while the run writes."""
    attempts = [attempt for attempt in map(Attempt, attempt_folders(Path(path))) if attempt.ranks]
    if not attempts:
        raise FileNotFoundError(f"{path}: no trajectory files of a started attempt")
    steps, places = _merged(attempts)
    newest = attempts[-1].ranks[0]
    variables = {"step": xr.Variable(("step",), steps, newest.variables["step"]["attributes"])}
    for name, variable in newest.variables.items():
        if name in newest.constants:
            variables[name] = xr.Variable(variable["axes"], newest.constants[name], variable["attributes"])
        elif name != "step" and all(name in attempt.ranks[0].variables for attempt in attempts):
            variables[name] = _growing(name, variable, attempts, places)
    attributes = {name: value for name, value in newest.attributes.items() if name != "rank"}
    return xr.Dataset(variables, attrs=attributes).set_coords(COORDINATES)


def _merged(attempts):
    """Steps in order, and for each the attempt and the row that it comes from: the newest wins."""
    place_of = {}
    for index, attempt in enumerate(attempts):
        place_of.update((int(step), (index, row)) for row, step in enumerate(attempt.steps))
    steps = np.array(sorted(place_of), np.int64)
    places = np.array([place_of[int(step)] for step in steps], np.int64).reshape(-1, 2)
    return steps, places


def _growing(name, variable, attempts, places):
    shape = (len(places), attempts[-1].samples) + tuple(variable["shape"][2:])
    array = RunArray(name, attempts, places, shape, variable["dtype"])
    attributes = {key: value for key, value in variable["attributes"].items() if key != "coordinates"}
    return xr.Variable(variable["axes"], indexing.LazilyIndexedArray(array), attributes)


class RunArray(BackendArray):
    """A growing variable of a run, which reads from the files only what is asked for."""

    def __init__(self, name, attempts, places, shape, dtype):
        self.name, self.attempts, self.places = name, attempts, places
        self.shape, self.dtype = shape, np.dtype(dtype)

    def __getitem__(self, key):
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

    def _read(self, key):
        """`key` holds one integer or slice with a positive step per axis."""
        numbers = [isinstance(part, (int, np.integer)) for part in key]
        slices = [slice(int(part), int(part) + 1) if number else part for part, number in zip(key, numbers)]
        steps, samples = (np.arange(self.shape[axis])[slices[axis]] for axis in (0, 1))
        lengths = [len(range(*part.indices(length))) for part, length in zip(slices, self.shape)]
        values = np.empty(lengths, self.dtype)
        for index, attempt in enumerate(self.attempts):
            where = np.flatnonzero(self.places[steps, 0] == index)
            if len(where) > 0 and values.size > 0:
                values[where] = attempt.read(self.name, self.places[steps[where], 1], samples, slices[2:])
        return values[tuple(0 if number else slice(None) for number in numbers)]
