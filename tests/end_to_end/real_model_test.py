"""tools/make-real-model writes what the program reads: of any list of names, and the same bytes each time."""

import json
import subprocess
import sys

LIST = """# 4 tensors
conv.weight [8, 4, 3, 3]
norm.weight [8]
norm.bias [8]
logit_scale []
"""


def write(folder, name, *arguments):
    (folder / "list.txt").write_text(LIST)
    command = [sys.executable, "tools/make-real-model", folder / "list.txt", folder / name, *arguments]
    subprocess.run(command, check=True, capture_output=True)
    return folder / name


def test_a_list_of_names_and_shapes_becomes_a_file_that_inspect_verifies(rocm, tmp_path):
    path = write(tmp_path, "weights.safetensors")
    found = rocm.run("inspect", path, "--json")
    assert found.returncode == 0, found.stderr
    text = json.dumps(json.loads(found.stdout))
    assert "conv.weight" in text and "F16" in text


def test_the_same_seed_writes_the_same_bytes_and_another_one_others(tmp_path):
    first = write(tmp_path, "first.safetensors").read_bytes()
    assert write(tmp_path, "again.safetensors").read_bytes() == first
    assert write(tmp_path, "other.safetensors", "--seed", "1").read_bytes() != first


def test_an_unknown_model_is_refused_with_the_known_ones(tmp_path):
    command = [sys.executable, "tools/make-real-model", "sdxl", tmp_path / "x"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and "neither a model that is known here nor a file" in done.stderr
