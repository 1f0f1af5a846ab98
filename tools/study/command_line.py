# SPDX-License-Identifier: Apache-2.0
"""The commands: read, compute, show."""

import sys
from importlib import import_module
from pathlib import Path

from . import curves, differences, equal_proxy, overoptimisation, race
from .evaluations import open_study
from .options import parser
from .problem import Problem
from .tables import show


def main(arguments=None):
    try:
        options = parser().parse_args(arguments)
        _require_places(options)
        COMMANDS[options.command](options)
        return 0
    except Problem as problem:
        print(f"study: {problem}", file=sys.stderr)
    except OSError as error:
        print(f"study: {error.filename}: {error.strerror}. Check the path.", file=sys.stderr)
    return 2


def _require_places(options):
    """Before minutes of arithmetic."""
    for place in filter(None, (getattr(options, name, None) for name in ("csv", "output"))):
        if not Path(place).absolute().parent.is_dir():
            raise Problem(f"{place}: there is no such folder", "Make it, or name another place")


def _table(o):
    show(differences.rows(open_study(o.files), o.proxy, o.step, o.groups, o.minus), o.csv)


def _overoptimisation(o):
    show(overoptimisation.rows(open_study(o.files), o.proxy, o.truth, o.groups), o.csv)


def _equal_proxy(o):
    show(equal_proxy.rows(open_study(o.files), o.proxy, o.truth, o.against, o.at, o.groups), o.csv)


def _curves(o):
    study = open_study(o.files)
    lines = curves.lines(study, o.x, o.y, o.groups)
    _drawing("figure").draw(lines, curves.labels(study, o.y), curves.x_label(study, o.x), o.output, o.title)


def _race(o):
    study = open_study(o.files)
    clocks = race.clocks(study, o.runs, o.groups)
    rows, lines = race.rows(study, clocks, o.y, o.reach), race.lines(study, clocks, o.y)
    _drawing("figure").draw(lines, curves.labels(study, o.y), "training seconds", o.output, o.title)
    show(rows, o.csv)


def _gallery(o):
    pictures = dict(o.pictures)
    if len(pictures) < len(o.pictures):
        raise Problem("a label is given twice", "Name each column once")
    _drawing("gallery").gallery(pictures, o.rows, o.output, o.scale)


def _drawing(module):
    """Imported when needed: tables do without the drawing libraries."""
    try:
        return import_module(f"{__package__}.{module}")
    except ModuleNotFoundError as error:
        raise Problem(f"{error.name} is not installed", "pip install -r tools/study/requirements.txt") from error


COMMANDS = {
    "table": _table,
    "overoptimisation": _overoptimisation,
    "equal_proxy": _equal_proxy,
    "curves": _curves,
    "race": _race,
    "gallery": _gallery,
}
