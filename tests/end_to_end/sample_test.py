"""`sample`: pictures, index and tensors."""

import json

import numpy as np
from safetensors.numpy import load_file, save_file


def sample(rocm, *arguments):
    (rocm.folder / "prompts.txt").write_text("a large red circle on a grey background\n" * 3)
    done = rocm.run(
        "sample", "--model", "world/lcm", "--prompts", rocm.folder / "prompts.txt",
        "--output", rocm.folder / "pictures", *arguments,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return rocm.folder / "pictures"


def test_one_picture_per_prompt_and_an_index(rocm):
    pictures = sample(rocm)
    index = [json.loads(line) for line in (pictures / "index.jsonl").read_text().splitlines()]
    assert [line["image"] for line in index] == ["000000.png", "000001.png", "000002.png"]
    assert all((pictures / line["image"]).exists() for line in index)
    assert (pictures / "grid.png").exists()


def test_replayed_noise_fixes_the_pictures(rocm):
    z = np.random.default_rng(1).standard_normal((8, 2, 4, 16, 16)).astype(np.float32)
    save_file({"z": z}, rocm.folder / "z.safetensors")
    tensors = []
    for name in ("first", "second"):
        file = rocm.folder / f"{name}.safetensors"
        sample(rocm, "--noise", rocm.folder / "z.safetensors", "--tensors", file)
        tensors.append(load_file(file))
    first, second = tensors
    assert all((first[name] == second[name]).all() for name in first)
    assert first["image"].shape == (2, 3, 64, 64)
    assert first["mean"].shape == (7, 2, 4, 16, 16)
    assert first["image"].min() >= 0 and first["image"].max() <= 1


def test_noise_of_another_shape_is_refused_with_both_shapes(rocm):
    save_file({"z": np.zeros((3, 2, 4, 16, 16), np.float32)}, rocm.folder / "z.safetensors")
    (rocm.folder / "prompts.txt").write_text("a large red circle on a grey background\n")
    done = rocm.run(
        "sample", "--model", "world/lcm", "--prompts", rocm.folder / "prompts.txt",
        "--output", rocm.folder / "pictures", "--noise", rocm.folder / "z.safetensors",
    )
    assert done.returncode == 3
    assert "3 x 2 x 4 x 16 x 16" in done.stderr and "8 x 2 x 4 x 16 x 16" in done.stderr
