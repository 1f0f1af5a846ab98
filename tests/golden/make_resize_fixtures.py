#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes pillow_resizes.safetensors: random pictures and what Pillow (13.0) makes of them with
resize(..., BICUBIC), both orders of the axes among them.

usage: make_resize_fixtures.py FOLDER
"""
import pathlib
import sys

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

# (width, height) of the source, (width, height) of the result; the last four are more than twice as
# high as wide, or lose their height.
PAIRS = [((31, 17), (12, 9)), ((9, 30), (21, 30)), ((16, 16), (40, 7)), ((50, 23), (8, 51)),
         ((40, 21), (22, 12)), ((13, 40), (8, 25)), ((20, 41), (14, 28)), ((24, 36), (30, 11)),
         ((7, 60), (5, 31))]

rng = np.random.default_rng(3)
tensors = {}
for i, ((width, height), size) in enumerate(PAIRS):
    source = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    tensors[f"source_{i}"] = source
    tensors[f"resized_{i}"] = np.array(Image.fromarray(source).resize(size, Image.BICUBIC))
save_file(tensors, pathlib.Path(sys.argv[1]) / "pillow_resizes.safetensors")
