# SPDX-License-Identifier: Apache-2.0
"""Tables and figures of docs/results.md from what `rocm-dist evaluate` and runs wrote."""
