# SPDX-License-Identifier: Apache-2.0
"""python tools/study COMMAND ...: needs no PYTHONPATH."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:1] = [str(ROOT / "tools"), str(ROOT / "python")]  # instead of this folder

from study.command_line import main

sys.exit(main())
