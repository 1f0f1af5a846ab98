"""Wrong input of many kinds: the exit code and a line that says what to do."""

import json
import os
import shutil
import subprocess

import pytest


@pytest.mark.parametrize(
    "setting, words",
    [
        ("objective.betta=1", ["unknown key", "objective.beta"]),
        ("objective.beta=-1", ["objective.beta"]),
        ("objective.divergence=KL", ["kl"]),
        ("objective.method=ddpo", ["ddpo"]),
        ("data.micro_batch=3", ["micro_batch"]),
        ("reward.0.name=shapes", ["shapes", "gradient"]),
        ("model.steps=0", ["model.steps"]),
        ("lora.targets=[\"nothing\"]", ["nothing"]),
        ("dist.backend=nccl", ["NCCL"]),
        ("dist.timeout_s=1e300", ["dist.timeout_s"]),
        ("model.steps=1", ["model.steps"]),
        ('lora.targets=["\\u001b[31m"]', ["\\x1b[31m"]),
    ],
)
def test_a_wrong_setting_exits_with_2_and_says_why(rocm, setting, words):
    done = rocm.run(*rocm.train_arguments("out"), "--set", setting)
    assert done.returncode == 2, done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_a_missing_configuration_is_usage(rocm):
    assert rocm.run("train", "--config", rocm.folder / "none.toml").returncode == 2


@pytest.mark.parametrize("name", ["unet/config.json", "vae/diffusion_pytorch_model.safetensors"])
def test_a_damaged_model_file_is_input(rocm, tmp_path, name):
    model = tmp_path / "lcm"
    shutil.copytree("world/lcm", model)
    file = model / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    done = rocm.run(*rocm.train_arguments("out", model__path=model))
    assert done.returncode == 3 and name.split("/")[-1] in done.stderr, done.stderr


def test_missing_prompts_are_input(rocm):
    done = rocm.run(*rocm.train_arguments("out", data__prompts="none.txt"))
    assert done.returncode == 3 and "none.txt" in done.stderr


# --- files that are not what they seem: exit 3, one line that names them and the reason, no waiting --
def put_pipe(path):
    os.mkfifo(path)
    return "it is a named pipe"


def put_folder(path):
    path.mkdir()
    return "it is a folder"


def put_loop(path):
    path.symlink_to(path.name)
    return "Too many levels of symbolic links"


def put_device(path):
    path.symlink_to("/dev/zero")
    return "it is a device"


def put_secret(path):
    path.write_text("secret")
    path.chmod(0)
    return "Permission denied"


def run_without_privilege(rocm, *arguments):
    """Root may read everything; the tests often run as root."""
    prefix = []
    if os.geteuid() == 0:
        prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        if not shutil.which("setpriv") or subprocess.run([*prefix, "true"], check=False).returncode:
            pytest.skip("cannot give up root's privilege to read every file")
    command = [*prefix, *rocm.command(*arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def assert_refused(done, path, reason):
    assert done.returncode == 3, done.stderr
    assert str(path) in done.stderr and reason in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.parametrize("put", [put_pipe, put_loop, put_device, put_secret])
@pytest.mark.parametrize("name", ["f.safetensors", "f.pt", "f.json", "f.bin.index.json", "f.h5", "f.png"])
def test_inspect_never_waits_for_an_odd_file(rocm, put, name):
    path = rocm.folder / name
    reason = put(path)
    assert_refused(run_without_privilege(rocm, "inspect", path), path, reason)


@pytest.mark.parametrize("put", [put_pipe, put_folder, put_secret])
@pytest.mark.parametrize("flag, name", [("--prompts", "p.txt"), ("--noise", "z.safetensors")])
def test_odd_prompts_and_noise_are_named(rocm, put, flag, name):
    path = rocm.folder / name
    reason = put(path)
    arguments = {"--model": "world/lcm", "--prompts": "world/validation.txt", "--output": rocm.folder / "out"}
    arguments[flag] = path
    flags = [part for pair in arguments.items() for part in pair]
    assert_refused(run_without_privilege(rocm, "sample", *flags), path, reason)


@pytest.mark.parametrize("put", [put_pipe, put_loop, put_secret])
def test_an_odd_adapter_is_named(rocm, put):
    path = rocm.folder / "a.safetensors"
    reason = put(path)
    done = run_without_privilege(rocm, "export", "--lora", path, "--format", "peft", "--output", rocm.folder / "o")
    assert_refused(done, path, reason)


@pytest.mark.parametrize("put", [put_pipe, put_loop, put_secret])
@pytest.mark.parametrize("name", ["unet/config.json", "scheduler/scheduler_config.json",
                                  "vae/diffusion_pytorch_model.safetensors", "tokenizer/tokenizer_config.json"])
def test_an_odd_file_in_a_model_is_named(rocm, put, name):
    model = rocm.folder / "lcm"
    shutil.copytree("world/lcm", model)
    (model / name).unlink()
    reason = put(model / name)
    arguments = ("sample", "--model", model, "--prompts", "world/validation.txt", "--output", rocm.folder / "out")
    done = run_without_privilege(rocm, *arguments)
    assert_refused(done, model / name, reason)


@pytest.mark.parametrize("component", ["", "unet"])
def test_a_model_that_may_not_be_entered_is_not_called_empty_or_verified(rocm, component):
    model = rocm.folder / "lcm"
    shutil.copytree("world/lcm", model)
    (model / component).chmod(0)
    try:
        assert_refused(run_without_privilege(rocm, "inspect", model), model / component, "Permission denied")
    finally:
        (model / component).chmod(0o755)


@pytest.mark.parametrize("put", [put_folder, put_loop, put_secret])
def test_an_odd_configuration_is_usage(rocm, put):
    path = rocm.folder / "c.toml"
    put(path)
    done = run_without_privilege(rocm, "train", "--config", path)
    assert done.returncode == 2 and str(path) in done.stderr, done.stderr


def test_inspect_finds_a_model_whose_weights_do_not_fit_its_configuration(rocm):
    model = rocm.folder / "lcm"
    shutil.copytree("world/lcm", model)
    config = json.loads((model / "unet/config.json").read_text())
    config["cross_attention_dim"] += 1
    (model / "unet/config.json").write_text(json.dumps(config))
    done = rocm.run("inspect", model)
    assert done.returncode == 3 and done.stdout == "" and "tensor" in done.stderr


def test_pictures_that_cannot_fit_into_memory_are_refused_before_they_are_drawn(rocm):
    (rocm.folder / "prompts.txt").write_text("a red circle\n")
    done = rocm.run("sample", "--model", "world/lcm", "--prompts", rocm.folder / "prompts.txt",
                    "--output", rocm.folder / "pictures", "--set", "model.resolution=16384")
    assert done.returncode == 8 and "do not fit into memory" in done.stderr
