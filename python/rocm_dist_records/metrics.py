# SPDX-License-Identifier: Apache-2.0
"""metrics.jsonl: one object per optimiser step."""

import json
from pathlib import Path


def read_metrics(run):
    """The steps of a run folder (or of a metrics.jsonl) as dicts, without a line still being written."""
    path = Path(run)
    if path.is_dir():
        path = path / "metrics.jsonl"
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]
