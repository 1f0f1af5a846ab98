# SPDX-License-Identifier: Apache-2.0
"""Writes safetensors_reference.safetensors with the reference library (made with safetensors 0.8.0).

Usage: python make_safetensors_fixture.py FOLDER
"""

import ctypes
import pathlib
import struct
import sys

from safetensors import TensorSpec, serialize

# name -> (dtype, shape, little-endian bytes); values are 0, 1, 2, ... unless said otherwise
TENSORS = {
    "b.weight": ("float32", [2, 3], struct.pack("<6f", *range(6))),
    "a.weight": ("float32", [3], struct.pack("<3f", *range(3))),
    "half": ("float16", [5], struct.pack("<5e", *range(5))),
    "brain": ("bfloat16", [3], struct.pack("<3H", 0x0000, 0x3F80, 0x4000)),
    "double": ("float64", [1], struct.pack("<d", 0.0)),
    "scalar": ("float32", [], struct.pack("<f", 7.0)),
    "empty": ("float32", [0, 4], b""),
    "bool": ("bool", [3], bytes([0, 1, 0])),
    "i8": ("int8", [2], struct.pack("<2b", 0, -1)),
    "u8": ("uint8", [2], bytes([0, 255])),
    "i16": ("int16", [1], struct.pack("<h", -2)),
    "i32": ("int32", [1], struct.pack("<i", -3)),
    "i64": ("int64", [1], struct.pack("<q", -4)),
    'quote"back\\slash\ttab\x01': ("int64", [1], struct.pack("<q", 1)),
    "\u732b/\u00e9\x7f": ("int64", [1], struct.pack("<q", 2)),
}

if __name__ == "__main__":
    buffers = {name: ctypes.create_string_buffer(data, max(len(data), 1)) for name, (_, _, data) in TENSORS.items()}
    specs = {
        name: TensorSpec(dtype=dtype, shape=shape, data_ptr=ctypes.addressof(buffers[name]), data_len=len(data))
        for name, (dtype, shape, data) in TENSORS.items()
    }
    path = pathlib.Path(sys.argv[1]) / "safetensors_reference.safetensors"
    path.write_bytes(serialize(specs, {"format": "pt"}))
