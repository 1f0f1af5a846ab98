# SPDX-License-Identifier: Apache-2.0
"""Copies a trajectory file that a killed job left into one that every tool opens."""

import argparse
import os

import h5py


def repair(source, target):
    """Copies the whole rows of `source` to the new file `target`; the source is left as it is."""
    aside = f"{target}.tmp-{os.getpid()}"
    try:
        with h5py.File(source, "r", libver="latest", swmr=True) as old:
            rows = len(old["step"])
            with h5py.File(aside, "x", libver=("v110", "latest"), track_order=True) as new:
                _copy(old, new, rows)
        os.link(aside, target)  # unlike a rename this never replaces a file
    finally:
        if os.path.exists(aside):
            os.remove(aside)


def _copy(old, new, rows):
    _copy_attributes(old, new)
    for name, item in old.items():
        grows = item.maxshape[0] is None
        shape = (rows,) + item.shape[1:] if grows else item.shape
        copy = new.create_dataset(
            name,
            shape,
            item.dtype,
            maxshape=item.maxshape,
            chunks=item.chunks,
            fletcher32=item.fletcher32,
            fillvalue=None if h5py.check_string_dtype(item.dtype) else item.fillvalue,
        )
        for start in range(0, shape[0], 64):
            part = slice(start, min(start + 64, shape[0]))
            copy[part] = item[part]
        _copy_attributes(item, copy)
        if item.is_scale:
            copy.make_scale(item.attrs["NAME"].decode())
    for name, item in old.items():
        for axis, dimension in enumerate(item.dims):
            for scale in dimension.values():
                new[name].dims[axis].attach_scale(new[scale.name])
                new[name].dims[axis].label = dimension.label


def _copy_attributes(old, new):
    scales = {"CLASS", "NAME", "DIMENSION_LIST", "DIMENSION_LABELS", "REFERENCE_LIST"}
    for name, value in old.attrs.items():
        if name not in scales:
            new.attrs[name] = value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", help="rank-0000.h5 of a job that is gone")
    parser.add_argument("target", help="file to create")
    arguments = parser.parse_args()
    repair(arguments.source, arguments.target)
    print(arguments.target)
