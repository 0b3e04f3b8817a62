"""Prints figures: tables with a heading, and a line for each target that says whether it was reached."""

from __future__ import annotations

from collections.abc import Sequence


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as they need to be; the first to the left, figures to the right."""
    widths = [max(len(row[column]) for row in (headings, *rows)) for column in range(len(headings))]
    for row in (headings, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells).rstrip())


def judged(target: str, value: float, *, most: float | None = None, least: float | None = None) -> None:
    """One line: the target, what was measured, reached or missed."""
    well = (most is None or value <= most) and (least is None or value >= least)
    print(f"target {target}: {value:.2f}, {'reached' if well else 'MISSED'}")
