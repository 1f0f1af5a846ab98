# SPDX-License-Identifier: Apache-2.0
"""Readers for the records of rocm-dist runs."""

from .evaluation import open_evaluation
from .metrics import read_metrics
from .repair import repair
from .run import open_run

__all__ = ["open_evaluation", "open_run", "read_metrics", "repair"]
