# SPDX-License-Identifier: Apache-2.0
"""Readers for the records of rocm-dist runs."""

from .metrics import read_metrics
from .repair import repair
from .run import open_run

__all__ = ["open_run", "read_metrics", "repair"]
