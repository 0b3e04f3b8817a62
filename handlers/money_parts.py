"""Cuts an amount of money into its parts: each a number with its unit, the last perhaps only digits.

`1 tỷ 200 triệu` has two parts, so has `1tr5`; `hai củ rưỡi` is one with a half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from handlers.money_scales import DONG, SCALES, Scale, compound
from handlers.money_tokens import Kind, Line
from handlers.spoken_numbers import Spoken, spoken

_THOUSAND, _BILLION = 1000, 10**9
_HALVES = (("ruoi",), ("and", "a", "half"))
_JOINS = {"va": "shorthand", "and": "", "linh": "", "le": ""}
# After these an amount is complete: a period, an occasion or a courtesy follows.
_AFTER = "moi mot hang per each every a ca cho trong tren thoi nhe nha chan tron"
_CLOSING = frozenset(_AFTER.split())


@dataclass(frozen=True, slots=True)
class Part:
    """`200 triệu` inside `1 tỷ 200 triệu`; without a unit it is the tail of the part before it."""

    typed: str  # the numeral, or empty
    said: Spoken | None  # the number in words
    end: int
    scale: Scale | None = None
    half: Fraction = Fraction(0)  # đồng added by `rưỡi`
    dong: bool = False
    glued: bool = False
    doubt: str = ""
    unclear: str = ""

    @property
    def grain(self) -> int:
        return self.scale.grain if self.scale else 1


def parts_of(line: Line, at: int) -> list[Part]:
    """The parts of the amount that begins at this token, each smaller than the one before; perhaps none."""
    parts: list[Part] = []
    while True:
        joint = _JOINS.get(line.word(at)) if parts else None
        part = _part(line, at + (joint is not None), behind=bool(parts))
        if part is None or (joint is not None and part.scale is None):
            return parts
        if joint:
            part = replace(part, doubt=part.doubt or joint)
        if parts and part.scale and part.scale.worth >= parts[-1].grain:
            upper = _counting_billions(parts, part)
            if upper is None:
                return parts
            parts, part = [], upper
        parts.append(part)
        at = part.end
        if part.dong or part.scale is None:
            return parts


def _part(line: Line, at: int, *, behind: bool) -> Part | None:
    bare = _coefficient(line, at, behind=behind)
    if bare is None:
        return None
    between = _half(line, bare.end)  # `năm rưỡi triệu`
    found = compound(line, bare.end + between)
    if found is None:
        between, found = 0, compound(line, bare.end)
    if found is None:
        return _unscaled(line, bare) if behind else bare
    scale, end = found
    half, doubt = Fraction(scale.worth if between else 0, 2), bare.doubt or ("shorthand" if between else "")
    if scale.worth > 1 and (after := _half(line, end)):
        half, end = half + Fraction(scale.grain, 2), end + after
        doubt = doubt or ("shorthand" if scale.grain != scale.worth else "")
    said_dong = not scale.dong and line.word(end) in DONG
    dong = scale.dong or said_dong
    return replace(bare, scale=scale, end=end + said_dong, half=half, doubt=doubt or scale.doubt, dong=dong)


def _half(line: Line, at: int) -> int:
    """How many words say `rưỡi` here."""
    return next((len(half) for half in _HALVES if line.begins(at, *half)), 0)


def _coefficient(line: Line, at: int, *, behind: bool) -> Part | None:
    word, following = line.word(at), line.word(at + 1)
    glued = line.glued(at)
    if line.kind(at) is Kind.NUMBER and not (len(word) == 1 and following in {"tram", "chuc", "muoi"}):
        return Part(word, None, at + 1, glued=glued)
    if behind and (following in {"lan", "nam", "thang"}) and word == "mot":
        return None  # `5 triệu một năm`: a period, not a digit
    if word in {"nua", "half"}:
        begins = at + 1 + (following == "a")
        return Part("0,5", None, begins) if line.word(begins) in SCALES else None
    if not behind and word in SCALES and SCALES[word].worth >= _THOUSAND and following == "ruoi":
        return Part("1", None, at, doubt="shorthand")
    if not behind and word == "a" and following in SCALES and following != "hundred":
        return Part("1", None, at + 1)
    if behind and word == "tu" and ends_an_amount(line, at + 1):
        return Part("", Spoken(4, at + 1, 1), at + 1)  # `hai triệu tư`
    said = spoken(line.words, at)
    if said is None or (said.value == 0 and line.word(said.end) not in {"nghin", "ngan"}):
        return None
    return Part("", said, said.end, glued=glued, doubt="shorthand" if said.loose else "")


def _unscaled(line: Line, part: Part) -> Part | None:
    """A number right behind a unit, with no unit of its own: its tail, or something else that is counted."""
    glued = part.typed != "" and part.glued
    if glued and line.word(part.end) in {"thang", "nam", "ngay", "tuan", "quy"}:
        return replace(part, unclear="unclear_tail")  # `5tr2 tháng`: 5,2 triệu a month, or 5 triệu in two
    if part.said and line.word(part.end - 1) == "nam" and part.said.places == 1:
        # `5 triệu năm`: a year, or five hundred thousand more; `5 triệu năm 2022` is neither.
        return replace(part, unclear="unclear_tail") if ends_an_amount(line, part.end) else None
    if glued or ends_an_amount(line, part.end):
        return part
    one = part.typed == "1" or (part.said is not None and part.said.places == 1)
    return None if one and line.kind(part.end) is Kind.WORD else replace(part, unclear="unclear_tail")


def _counting_billions(parts: list[Part], part: Part) -> Part | None:
    """`một nghìn hai trăm tỷ`: thousands and millions of tỷ, in words, every group said in full."""
    scale = part.scale
    if scale is None or scale.grain != _BILLION or part.said is None or part.said.places != 3:
        return None
    inner, count = scale.worth // _BILLION, part.said.value
    for upper in parts:
        if upper.said is None or upper.scale is None or not inner < upper.scale.worth < _BILLION:
            return None
        count += upper.said.value * upper.scale.worth // inner
    return replace(part, said=replace(part.said, value=count))


def ends_an_amount(line: Line, at: int) -> bool:
    """Whether nothing that could belong to the number stands here."""
    kind, word = line.kind(at), line.word(at)
    if kind is Kind.MARK:
        return word != "%" and not (word in "-~/" and line.kind(at + 1) is Kind.NUMBER)
    return kind is None or word in _CLOSING or word in DONG
