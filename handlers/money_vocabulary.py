"""The words around an amount of money and what each tells, folded; a new word goes into one of the tables."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.money_pieces import Found, Period
from handlers.money_tokens import STRANGE


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


TIMES = {
    **dict.fromkeys(("nam", "year", "yr", "annum"), Period.YEAR),
    **dict.fromkeys(("thang", "thg", "th", "month", "mo", "mth"), Period.MONTH),
}
OTHER_TIMES = _words(
    "ngay tuan quy vu mua ca gio phut lua dot ky hom buoi dem tet t "
    "day week quarter season shift hour days weeks months years quarters hours"
)
ADVERBS = {"monthly": Period.MONTH, "yearly": Period.YEAR, "annually": Period.YEAR, "once": Period.ONCE}
DATED = frozenset(
    ("nay", "ngoai", "truoc", "sau", "toi", "qua", "dau", "last", "this")
)  # năm nay, tháng trước
PER = _words("/ moi tung per each every")
IN_TIME = _words("hang trong theo tren ca a an in")  # trong năm, a month
ONE = _words("1 mot one")
NOT_A_PIECE = _words("cach phan chut it so khoan luc")  # một phần, một khoản
ENGLISH_PIECES = _words("piece unit ton kg item person machine")

TO = _words("- ~ den toi hoac hay len xuong con to or")
NEGATIVE = _words("am minus negative")
UNCOUNTED = _words("vai may nhieu hang tien bac dam few several some")
UNCOUNTED_DIGITS = _words("vai may dam")  # vài ba triệu
FOREIGN = _words(
    "$ € £ ¥ ₩ usd eur euro euros dollar dollars jpy cny rmb ndt gbp usdt krw sgd aud thb yen won baht kip te"
)
FOREIGN_BEHIND_A_NUMBER = _words("yen won kip te")


def _each(found: Found | None, words: str) -> dict[str, Found | None]:
    return dict.fromkeys(words.split(), found)


WORDS: dict[str, Found | None] = {
    # About, politeness, connecting words: they change nothing.
    **_each(
        None, "khoang hon gan do chung tam co uoc tinh tren xap xi duoc dc la thi so tien tong cong gia tri"
    ),
    **_each(
        None, "a nhe nha da thoi chan tron ca vn about around approximately roughly nearly almost over more"
    ),
    **_each(None, "than of we it total the dong va moi hang trong cho"),
    **_each(Found.NOT, "khong ko k hong hok chua chang cha not no never"),
    **_each(Found.COST, "ton mat het lo chi gia phat cost costs loss lost spend spent"),
    **_each(Found.VAGUE, "trieu nghin muoi ruoi million billion thousand dozens"),
    **_each(Found.SAVED, "save saves saved saving savings"),
    **_each(Found.SUM, "% x × * ^ + " + STRANGE),
    **_each(Found.AGAIN, "( ) = tuc"),
    **_each(Found.WORD, "< > ≤ ≥ ?"),
}

PHRASES: dict[tuple[str, ...], tuple[Found, ...]] = {
    ("tiet", "kiem"): (Found.GAIN, Found.SAVED),
    ("lam", "loi"): (Found.GAIN,),
    ("gia", "tri"): (),
    ("viet", "nam"): (),
    ("duy", "nhat"): (),
    ("tren", "duoi"): (),
    ("ca", "nha", "may"): (),
    **{("ca", group): () for group in ("to", "xuong", "chuyen", "nhom", "doi", "phong", "kho", "cong")},
    ("chi", "phi"): (Found.COST,),
    ("dau", "tu"): (Found.COST, Found.WORD),
    # A cost that is avoided is a gain; which of the two was meant is confirmed.
    **{(avoided, "ton"): (Found.GAIN, Found.WORD) for avoided in ("do", "khoi", "bot", "giam")},
    **{(avoided, "mat"): (Found.GAIN, Found.WORD) for avoided in ("do", "khoi", "bot", "giam")},
    **{(less,): (Found.GAIN, Found.WORD) for less in ("giam", "bot", "loi")},
    ("tranh",): (Found.GAIN, Found.ONE_OFF, Found.WORD),
    **{(bought,): (Found.ONE_OFF, Found.WORD) for bought in ("mua", "thay", "sam")},
}
LONGEST_PHRASE = 3

_NEGATIONS = frozenset(
    ("khong", "ko", "k", "kh", "hong", "hok", "hk", "hem", "chang", "cha", "not", "cannot", "no")
)
_MEASURES = _words(
    "tinh quy doi do dem gia hoa ra thanh tri hien "
    "measured measurable expressed calculated quantified monetary value money"
)
_POSSIBLE = _words("duoc dc noi")
_MONEY = _words("tien money monetary vnd")
# Behind `không tính được` these say that it only is not computed exactly, or not yet.
_ONLY_NOT_YET = frozenset(
    "chua chinh ngay het cu chac ro bao may luc gio hien som phai biet yet exactly know sure".split()
)


def says_not_in_money(words: Iterable[str]) -> bool:
    """Whether a line without numbers says that the benefit cannot be expressed in money.

    A negation, then a verb of measuring, then *được* or *tiền*: `không tính được`, `ko quy ra tiền`,
    `không đo bằng tiền`. Merely not having done it (`chưa tính`, `không tính`) is not that.
    """
    said = list(words)
    negation = next((at for at, word in enumerate(said) if word in _NEGATIONS), None)
    if negation is None or not _ONLY_NOT_YET.isdisjoint(said):
        return False
    measure = next((at for at in range(negation, len(said)) if said[at] in _MEASURES), None)
    if measure is None or measure - negation > 4:
        return False
    near = said[measure : measure + 7]
    return not _MONEY.isdisjoint(near) or not _POSSIBLE.isdisjoint(near[:4])
