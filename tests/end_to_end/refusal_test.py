"""Wrong input of many kinds: the exit code and a line that says what to do."""

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
    import shutil

    model = tmp_path / "lcm"
    shutil.copytree("world/lcm", model)
    file = model / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    done = rocm.run(*rocm.train_arguments("out", model__path=model))
    assert done.returncode == 3 and name.split("/")[-1] in done.stderr, done.stderr


def test_missing_prompts_are_input(rocm):
    done = rocm.run(*rocm.train_arguments("out", data__prompts="none.txt"))
    assert done.returncode == 3 and "none.txt" in done.stderr
