# SPDX-License-Identifier: Apache-2.0
"""The command line: what may be said."""

import argparse
from pathlib import Path

from .problem import Problem


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Problem(message, f"See {self.prog} --help")


def parser():
    top = Parser(
        prog="python tools/study", description="Tables and figures from what `rocm-dist evaluate` and runs wrote."
    )
    commands = top.add_subparsers(required=True, dest="command", metavar="COMMAND")
    _add_tables(commands)
    _add_figures(commands)
    _add_gallery(commands)
    return top


def _add_tables(commands):
    table = _add(commands, "table", "what each group changed", csv=True)
    table.add_argument("--proxy", required=True, metavar="NAME", help="the score that was trained on: the first column")
    table.add_argument("--step", type=int, metavar="N", help="instead of the final policies")
    table.add_argument("--minus", metavar="GROUP", help="how much more than this group, paired by prompt")
    falls = _add(commands, "overoptimisation", "does the truth fall from its peak?", csv=True)
    equal = _add(commands, "equal_proxy", "the truth at equal gain of the proxy", csv=True)
    for command in (falls, equal):
        command.add_argument("--proxy", required=True, metavar="NAME")
        command.add_argument("--truth", required=True, metavar="NAME")
    equal.add_argument("--against", required=True, metavar="GROUP")
    equal.add_argument(
        "--at", nargs="+", type=float, metavar="X", help="proxy differences; else four below GROUP's best"
    )


def _add_figures(commands):
    plot = _add(commands, "curves", "scores over training")
    plot.add_argument("--x", required=True, metavar="step|divergence|sqrt_divergence|NAME")
    timed = _add(commands, "race", "scores over training time", csv=True)
    timed.add_argument("--runs", nargs="+", required=True, metavar="DIR", help="folders of the evaluated runs")
    timed.add_argument("--reach", required=True, metavar="GROUP", help="how long until its final score?")
    for command in (plot, timed):
        command.add_argument("--y", nargs="+", required=True, metavar="NAME")
        command.add_argument("--output", required=True, type=_svg, metavar="F.svg")
        command.add_argument("--title")


def _add_gallery(commands):
    grid = commands.add_parser("gallery", help="pictures side by side", description="pictures side by side")
    grid.add_argument("--pictures", nargs="+", required=True, type=_labelled, metavar="LABEL=DIR")
    grid.add_argument("--rows", type=_positive, required=True, metavar="K")
    grid.add_argument("--output", required=True, type=_png, metavar="F.png")
    grid.add_argument("--scale", type=_positive, default=2, help="pixels per pixel (2)")


def _add(commands, name, summary, csv=False):
    command = commands.add_parser(name, help=summary, description=summary)
    command.add_argument("files", nargs="+", metavar="FILE", help="of `rocm-dist evaluate --output`")
    command.add_argument("--groups", nargs="+", metavar="GROUP", help="only these, in this order")
    if csv:
        command.add_argument("--csv", metavar="OUT", help="the table with full precision")
    return command


def _labelled(text):
    label, equals, folder = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text} is not LABEL=DIR")
    return label, folder


def _positive(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1")
    return int(text)


def _svg(text):
    return _ending(text, ".svg")


def _png(text):
    return _ending(text, ".png")


def _ending(text, suffix):
    if Path(text).suffix != suffix:
        raise argparse.ArgumentTypeError(f"{text} does not end in {suffix}")
    return text
