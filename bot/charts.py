"""Pictures of the progress for a phone: few words, large letters, 1,080 pixels across.

The painter gets the figures and draws them; it reads no tables. matplotlib is imported when the first
picture is drawn, or soon may be (`load`). Only its object interface is used: pictures share nothing of it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.documents.drawn import Drawn
from bot.speech import Speech
from handlers.figures import decimal, grouped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, DPI = 1_080, 100
COLOURS = 64
INK, FAINT, GRID = "#1d2733", "#5c6b7a", "#dde3ea"
DONE, WELL, TARGET, NEEDED = "#0b6fc2", "#12813f", "#c0392b", "#d9822b"
PAPER = "#ffffff"
LARGE, MIDDLE, SMALL = 33, 27, 23  # points; 23 of them are about 1.8 mm on a screen of five inches
_LINE = 36  # letters of the heading that fit into one line


@dataclass(frozen=True, slots=True)
class Charts:
    """Draws the pictures of the progress in the words of a language."""

    speech: Speech

    def curve(self, params: Mapping[str, Any], language: str) -> Drawn:
        """The valid ones day by day, against the target and the pace that is needed."""
        figure, axes = _sheet(1_080)
        self._head(figure, params, language)
        left = 0.15 if max(params["target"] or 0, params["done"]) < 100_000 else 0.22
        axes.set_position((left, 0.14, 0.95 - left, 0.58))
        days = [date.fromisoformat(day) for day, _ in params["points"]]
        sums = [total for _, total in params["points"]]
        opens, closes, today = (date.fromisoformat(params[name]) for name in ("opens", "closes", "today"))
        xs = [opens, *days, max(today, *days)] if days else [opens, today]
        ys = [0, *sums, sums[-1]] if days else [0, 0]
        # Valid since a day, and so until the next one: a staircase tells no days that were not.
        axes.fill_between(_numbers(xs), ys, step="post", color=DONE, alpha=0.14, linewidth=0)
        axes.step(_numbers(xs), ys, where="post", color=DONE, linewidth=5, solid_capstyle="round")
        target = params["target"]
        if target:
            axes.axhline(target, color=TARGET, linewidth=3, linestyle=(0, (6, 3)))
            said = self.speech.say(language, "chart.target", {"target": grouped(target, language)})
            _word(axes, said, target, TARGET)
            if params["needed"] is not None and today < closes:
                axes.plot(
                    _numbers([today, closes]), [params["done"], target],
                    color=NEEDED, linewidth=4, linestyle=(0, (1, 1.2)),
                )  # fmt: skip
        axes.plot(
            _numbers([xs[-1]]),
            [ys[-1]],
            "o",
            color=DONE,
            markersize=17,
            markeredgecolor=PAPER,
            mew=3,
            clip_on=False,
            zorder=5,
        )
        top = max([target or 0, *ys, 1])
        axes.set_ylim(0, top * 1.18)
        _days(axes, opens, max(closes, xs[-1]), language)
        _counts(axes, top, language)
        if params["needed"] is not None:
            pace = {"pace": decimal(Decimal(params["needed"]), language)}
            figure.text(
                0.05,
                0.025,
                self.speech.say(language, "chart.needed", pace),
                color=NEEDED,
                **_font(MIDDLE, bold=True),
            )
        return _printed(figure, "tien-do.png")

    def bars(self, params: Mapping[str, Any], language: str) -> Drawn:
        """The units below against their targets, the furthest behind first."""
        rows = params["bars"]
        head, row, foot = 330, 104, 100
        height = head + row * max(len(rows), 1) + foot
        figure, axes = _sheet(height)
        self._head(figure, params, language)
        axes.set_position((0.05, foot / height, 0.90, row * max(len(rows), 1) / height))
        axes.set_axis_off()
        axes.set_xlim(0, 120)
        axes.set_ylim(max(len(rows), 1), 0)
        for place, bar in enumerate(rows):
            self._bar(axes, place, bar, language)
        figure.text(0.05, 30 / height, self._rest(params, language), color=FAINT, **_font(SMALL))
        return _printed(figure, "cac-don-vi.png")

    def _bar(self, axes: Axes, place: int, bar: Mapping[str, Any], language: str) -> None:
        """A unit's name with its share at the end of the line, and under both the bar."""
        share = None if bar["share"] is None else Decimal(bar["share"])
        met = share is not None and share >= 100
        length = 0.0 if share is None else min(float(share), 120.0)
        axes.barh(place + 0.72, 120, 0.34, color="#eef2f6", zorder=1)
        axes.barh(place + 0.72, length, 0.34, color=WELL if met else DONE, zorder=2)
        if share is not None:
            # The target, across its own bar only: a line through the figures would strike them out.
            axes.plot([100, 100], [place + 0.55, place + 0.89], color=TARGET, linewidth=4, zorder=3)
        done = grouped(bar["done"], language)
        if share is None:
            said = self.speech.say(language, "chart.no_target", {"done": done})
        else:
            against = {"done": done, "target": grouped(bar["target"], language)}
            said = self.speech.say(language, "chart.share", {**against, "share": decimal(share, language)})
        axes.text(120, place + 0.30, said, ha="right", va="center", color=INK, **_font(SMALL, bold=True))
        room = max(12, (930 - 16 * len(said)) // 18)  # a letter is about so many pixels wide
        axes.text(0, place + 0.30, _shortened(bar["unit"], room), va="center", color=INK, **_font(SMALL))

    def _rest(self, params: Mapping[str, Any], language: str) -> str:
        said = []
        if params["aimed"]:
            counts = {name: grouped(params[name], language) for name in ("reached", "aimed")}
            said.append(self.speech.say(language, "chart.reached", counts))
        if params["rest"]:
            said.append(self.speech.say(language, "chart.rest", {"count": grouped(params["rest"], language)}))
        if not params["bars"]:
            said.append(self.speech.say(language, "chart.no_units", {}))
        return " · ".join(said)

    def _head(self, figure: Figure, params: Mapping[str, Any], language: str) -> None:
        """Which unit, which phase, and the line that the chat says."""
        height = figure.get_figheight() * DPI
        lines = _wrapped(params["unit"], _LINE)
        for number, line in enumerate(lines):
            figure.text(0.05, 1 - (70 + 52 * number) / height, line, color=INK, **_font(LARGE, bold=True))
        phase = params["phase"] or self.speech.say(language, "chart.all", {})
        after = 70 + 52 * len(lines)
        figure.text(0.05, 1 - after / height, _shortened(phase, 50), color=FAINT, **_font(MIDDLE))
        done, waiting = (grouped(params[name], language) for name in ("done", "waiting"))
        shown = {"done": done, "waiting": waiting}
        if params["share"] is not None:
            share = decimal(Decimal(params["share"]), language)
            shown = {"done": done, "target": grouped(params["target"], language), "share": share}
        if params.get("measure") != "people":
            key = "chart.line_untargeted" if params["share"] is None else "chart.line"
        else:
            key = "chart.people_untargeted" if params["share"] is None else "chart.people"
        said = self.speech.say(language, key, shown)
        color = WELL if params["target"] and params["done"] >= params["target"] else DONE
        figure.text(0.05, 1 - (after + 62) / height, said, color=color, **_font(_size(said), bold=True))


def _size(said: str) -> int:
    """Letters as large as the width allows."""
    return LARGE if len(said) <= _LINE else MIDDLE if len(said) <= _LINE + 8 else SMALL


def load() -> None:
    """Import what draws and read the typefaces: more than a second, once a process."""
    figure, axes = _sheet(100)
    axes.text(0, 0, "đ", **_font(MIDDLE))
    axes.text(0, 0, "đ", **_font(MIDDLE, bold=True))
    _printed(figure, "")


def _sheet(height: int) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure, figure.add_axes((0.0, 0.0, 1.0, 1.0))


def _printed(figure: Figure, name: str) -> Drawn:
    """A PNG of few colours: a third of the size, for slow phones."""
    from PIL import Image

    canvas: Any = figure.canvas
    canvas.draw()
    image = Image.frombytes("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba())).convert("RGB")
    written = io.BytesIO()
    image.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(written, "PNG")
    return Drawn(written.getvalue(), name, "image/png", "photo")


@cache
def _file(bold: bool) -> Path:
    import fontpkg_be_vietnam_pro  # type: ignore[import-untyped]

    return (
        Path(fontpkg_be_vietnam_pro.ROOT) / "files" / f"BeVietnamPro-{'SemiBold' if bold else 'Regular'}.ttf"
    )


@cache
def _typeface(size: int, bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(_file(bold)), size=size)


def _font(size: int, *, bold: bool = False) -> dict[str, Any]:
    # What a unit is called is no formula, even between two dollar signs.
    return {"fontproperties": _typeface(size, bold), "parse_math": False}


def _numbers(days: list[date]) -> list[int]:
    return [day.toordinal() for day in days]


def _word(axes: Axes, said: str, height: float, color: str) -> None:
    """A word above a line, at its left end, so far above that it covers nothing of it."""
    under = {"facecolor": PAPER, "edgecolor": "none", "pad": 1, "alpha": 0.8}
    place: Any = axes.get_yaxis_transform()
    word = axes.annotate(
        said, (0.02, height), (0, 7), place, "offset points", va="bottom", color=color, bbox=under
    )
    word.set_fontproperties(_typeface(MIDDLE, True))


def _days(axes: Axes, opens: date, closes: date, language: str) -> None:
    """The first day, the last one, and one between them: more would not be read on a phone."""
    axes.set_xlim(opens.toordinal(), max(closes, opens + timedelta(days=1)).toordinal() + 0.5)
    middle = opens + (closes - opens) / 2
    ticks = [opens, middle, closes] if (closes - opens).days > 20 else [opens, closes]
    ticks = list(dict.fromkeys(ticks))
    axes.set_xticks(_numbers(ticks), [f"{day:%d/%m/%Y}" for day in ticks], color=FAINT, **_font(SMALL))
    labels = axes.get_xticklabels()
    # The first day begins at the left edge, also when it is the only one.
    labels[-1].set_horizontalalignment("right")
    labels[0].set_horizontalalignment("left")
    for name in ("top", "right", "left"):
        axes.spines[name].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.tick_params(length=0, pad=12)


def _counts(axes: Axes, top: int, language: str) -> None:
    """Three or four round numbers, with their thousands apart."""
    rough = max(1, top // 3)
    size = 10 ** (len(str(rough)) - 1)
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= rough)
    ticks = list(range(0, top + 1, step))
    axes.set_yticks(ticks, [grouped(one, language) for one in ticks], color=FAINT, **_font(SMALL))
    axes.grid(axis="y", color=GRID, linewidth=2)
    axes.set_axisbelow(True)


def _wrapped(name: str, width: int) -> list[str]:
    """A name in two lines at the most."""
    if len(name) <= width:
        return [name]
    first = name[: width + 1].rpartition(" ")[0] or name[:width]
    return [first, _shortened(name[len(first) :].strip(), width)]


def _shortened(name: str, room: int) -> str:
    """A long name without its middle: what tells units apart stands at the end."""
    if len(name) <= room:
        return name
    start, end = name[: room - room // 2 - 1], name[-(room // 2) :]
    start, end = start.rpartition(" ")[0] or start, end.partition(" ")[2] or end
    return f"{start.rstrip()}…{end.lstrip()}"
