"""What each set's figures must reach: `floors.yaml`.

Owns the file, and what falls short. Keep out: the figures themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from newsmill.model import NewsmillError

FILE = Path(__file__).with_name("floors.yaml")

HEADER = """\
# What `make quality` must find: set -> figure -> floor; leftover, lost and gold_cut are ceilings.
#
#   make quality SETS=FOLDER                       fails where a figure is worse than it is here
#   make quality SETS=FOLDER FLOORS=--raise-floors writes the figures that are better, and those of new sets
#   make quality SETS=FOLDER FLOORS=--lower-floors writes the worse ones too
#
# Lowering is a decision: say in the commit what was given up, and for what. Nothing lowers a floor by itself.
"""

FLOORED = ("f1", "exact", "leftover", "lost", "title", "authors", "date", "gold_cut")
CEILINGS = frozenset({"leftover", "lost", "gold_cut"})
DIGITS = 4

Figures = Mapping[str, float]
Floors = dict[str, dict[str, float]]


def read_floors(path: Path = FILE) -> Floors:
    """Read the floors; a file that is not there holds none.

    Raises:
        NewsmillError: the file names a figure that is none, or a floor that is no number.
    """
    if not path.exists():
        return {}
    said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for name, floors in said.items():
        for figure, floor in floors.items():
            if figure not in FLOORED or not isinstance(floor, int | float):
                raise NewsmillError(f"{path}: {name}: {figure}: {floor!r} is no floor; there are {', '.join(FLOORED)}")
    return said


def shortfalls(name: str, figures: Figures, floors: Floors) -> Iterator[str]:
    """Yield a sentence for every figure of a set that is worse than its floor, or missing."""
    for figure, floor in floors.get(name, {}).items():
        bound = "ceiling" if figure in CEILINGS else "floor"
        if figure not in figures:
            yield f"{name}: {figure} was not measured; its {bound} is {floor}"
        elif _is_worse(figure, figures[figure], floor):
            yield f"{name}: {figure} is {figures[figure]:.4f}; its {bound} is {floor}"


def moved(name: str, figures: Figures, floors: Floors, *, lower: bool) -> Floors:
    """Return the floors with a set's better figures (with `lower` its worse ones too) in the place of the old."""
    kept = dict(floors.get(name, {}))
    for figure in FLOORED:
        if figure in figures and (lower or figure not in kept or _is_worse(figure, kept[figure], figures[figure])):
            kept[figure] = _rounded(figure, figures[figure])
    return {**floors, name: kept}


def write_floors(floors: Floors, path: Path = FILE) -> None:
    """Write the floors, sets and figures in one order."""
    ordered = {
        name: {figure: floors[name][figure] for figure in FLOORED if figure in floors[name]} for name in sorted(floors)
    }
    path.write_text(HEADER + yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _is_worse(figure: str, value: float, than: float) -> bool:
    return value > than if figure in CEILINGS else value < than


def _rounded(figure: str, value: float) -> float:
    """Return a figure of four digits that this very figure reaches."""
    to_side = math.ceil if figure in CEILINGS else math.floor
    return to_side(value * 10**DIGITS) / 10**DIGITS
