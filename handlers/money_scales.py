"""The units of money people type, standard, shortened, English and slang, and how they multiply."""

from __future__ import annotations

from dataclasses import dataclass, replace

from handlers.money_tokens import Kind, Line
from handlers.spoken_numbers import DIGITS

DONG = frozenset({"d", "dong", "vnd", "₫"})


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit of money: the đồng of its last word (the tỷ of `nghìn tỷ`) times the words before it."""

    grain: int
    times: int = 1
    doubt: str = ""  # slang and single letters are confirmed
    others: tuple[int, ...] = ()  # all it may be worth, when people do not agree
    thing: bool = False  # also a thing (a litre, a bottle): unclear when a word follows
    takes_tail: bool = True  # `1tr5`; but the 2 of `5m2` makes square metres
    dong: bool = False  # đồng is part of the word: `trđ`

    @property
    def worth(self) -> int:
        return self.grain * self.times


def _named(names: str, scale: Scale) -> dict[str, Scale]:
    return dict.fromkeys(names.split(), scale)


_SHORT = {
    **_named("nghin ngan nghan ngin k", Scale(1000)),
    **_named("trieu tr triu", Scale(10**6)),
    **_named("ty ti", Scale(10**9)),
}

SCALES: dict[str, Scale] = {
    **_SHORT,
    **{
        name + dong: replace(scale, dong=True)
        for name, scale in (*_SHORT.items(), ("ng", Scale(1000)))
        for dong in ("d", "dong", "vnd")
    },
    **_named(" ".join(DONG), Scale(1, dong=True)),
    **_named("chuc", Scale(10)),
    **_named("tram hundred", Scale(100)),
    **_named("thousand", Scale(1000)),
    **_named("van", Scale(10_000, thing=True)),  # also văn phòng, vận chuyển
    **_named("million millions mil mio mn", Scale(10**6)),
    **_named("billion billions bn", Scale(10**9)),
    **_named("trillion trillions", Scale(10**12)),
    **_named("quadrillion", Scale(10**15)),
    **_named("quintillion", Scale(10**18)),
    **_named("m", Scale(10**6, doubt="slang", thing=True, takes_tail=False)),  # also metres
    **_named("b", Scale(10**9, doubt="slang")),
    **_named("cu chai", Scale(10**6, doubt="slang", thing=True)),
    **_named("toi", Scale(10**9, doubt="slang", thing=True)),
    **_named("lit", Scale(100_000, doubt="slang", thing=True)),
    **_named("t", Scale(10**6, others=(10**6, 10**9))),  # triệu, tỷ — or tấn
    **_named("xi", Scale(100_000, others=(100_000, 10_000))),  # by region
    **_named("canh", Scale(1000, others=(1000, 100_000))),  # by generation
}


def compound(line: Line, at: int) -> tuple[Scale, int] | None:
    """The unit at this place, `triệu` or several words such as `trăm nghìn` and `nghìn tỷ`, and its end.

    `trăm` and `chục` alone are no units of money.
    """
    scale: Scale | None = None
    if line.word(at) == "toi" and (line.kind(at + 1) is Kind.NUMBER or line.word(at + 1) in DIGITS):
        return None  # *tới* (to), not *tỏi*: `5 tới 6 triệu`
    while (word := SCALES.get(line.word(at))) and line.kind(at) is not Kind.NUMBER:
        if scale is None:
            scale = word
        elif _multiplies(scale.grain, word.grain):
            scale = replace(word, times=scale.worth, doubt=scale.doubt or word.doubt)
        else:
            break
        at += 1
    return (scale, at) if scale and scale.grain not in {10, 100} else None


def _multiplies(before: int, after: int) -> bool:
    """Trăm and chục count any larger unit; nghìn, vạn and triệu count tỷ."""
    return after >= 1000 if before in {10, 100} else 1000 <= before <= 10**6 and after == 10**9
