"""What `cmake --install` puts elsewhere works there."""

import subprocess
from pathlib import Path

from conftest import BINARY


def test_the_installed_program_checks_the_installed_experiment(tmp_path):
    prefix = tmp_path / "opt"
    subprocess.run(
        ["cmake", "--install", Path(BINARY).parent, "--prefix", prefix], check=True, capture_output=True
    )
    done = subprocess.run(
        [prefix / "bin/rocm-dist", "train", "--config", "experiments/world_kl.toml", "--dry-run"],
        cwd=prefix / "share/rocm-dist",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert 'path = "world/lcm"' in done.stdout
