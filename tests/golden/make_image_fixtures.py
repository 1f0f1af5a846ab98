#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes images/: small PNG and JPEG files of every kind, and beside each the bytes that Pillow (13.0,
libjpeg-turbo 3.2) gives for it: NAME.rgb holds `convert("RGB")`, rows from the top.

usage: make_image_fixtures.py FOLDER
"""
import io
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
RANDOM = np.random.default_rng(7)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(row, bits):
    if bits >= 8:
        return row.astype(f">u{bits // 8}").tobytes()
    return np.packbits((row[:, None] >> np.arange(bits - 1, -1, -1) & 1).astype(np.uint8)).tobytes()


def scan_lines(samples, bits):
    return b"".join(b"\0" + packed(row.ravel(), bits) for row in samples if row.size)


def png(samples, bits, colour, interlaced=False, extra=b""):
    height, width, _ = samples.shape
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    lines = b"".join(scan_lines(samples[y::dy, x::dx], bits) for x, y, dx, dy in passes)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra +
            chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def random_png(bits, colour, **options):
    samples = RANDOM.integers(0, 1 << bits, (9, 13, CHANNELS[colour]))
    if bits == 16:
        samples[:, :6] //= 200  # grey is clipped at 255: have some below
    return png(samples, bits, colour, **options)


def jpeg(image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


def pngs():
    palette = chunk(b"PLTE", RANDOM.integers(0, 256, 30).astype(np.uint8).tobytes())
    transparent = chunk(b"tRNS", bytes(range(0, 100, 10)))
    for bits in (1, 2, 4, 8, 16):
        yield f"grey_{bits}.png", random_png(bits, GREY)
    yield "grey_alpha.png", random_png(8, GREY_ALPHA)
    yield "grey_alpha_16.png", random_png(16, GREY_ALPHA)
    yield "rgb.png", random_png(8, RGB)
    yield "rgb_16.png", random_png(16, RGB)
    yield "rgb_interlaced.png", random_png(8, RGB, interlaced=True)
    yield "rgb_gamma.png", random_png(8, RGB, extra=chunk(b"gAMA", struct.pack(">I", 100000)))
    yield "rgb_transparent.png", random_png(8, RGB, extra=chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3)))
    yield "rgba.png", random_png(8, RGBA)
    yield "rgba_16.png", random_png(16, RGBA)
    # 16 indices, 10 colours: what lies beyond the palette is black
    yield "palette_4.png", random_png(4, PALETTE, extra=palette + transparent)
    yield "palette_4_interlaced.png", random_png(4, PALETTE, interlaced=True, extra=palette)


def jpegs():
    smooth = RANDOM.integers(0, 256, (6, 8, 3)).astype(np.uint8)
    picture = Image.fromarray(smooth).resize((29, 19), Image.BICUBIC)
    turned = Image.Exif()
    turned[274] = 6
    yield "ycc_444.jpg", jpeg(picture, quality=90, subsampling=0)
    yield "ycc_420.jpg", jpeg(picture, quality=90, subsampling=2)
    yield "ycc_422_progressive.jpg", jpeg(picture, quality=75, subsampling=1, progressive=True)
    yield "ycc_exif_turned.jpg", jpeg(picture, quality=90, exif=turned)
    yield "rgb.jpg", jpeg(picture, quality=90, keep_rgb=True)
    yield "grey.jpg", jpeg(picture.convert("L"), quality=90)
    ink = RANDOM.integers(0, 256, (5, 7, 4)).astype(np.uint8)
    yield "cmyk.jpg", jpeg(Image.fromarray(ink, "CMYK").resize((17, 11), Image.BICUBIC), quality=90)


def main(folder):
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    for name, content in [*pngs(), *jpegs()]:
        (images / name).write_bytes(content)
        pixels = Image.open(io.BytesIO(content)).convert("RGB")
        (images / f"{name}.rgb").write_bytes(pixels.tobytes())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
