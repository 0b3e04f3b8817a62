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
    "ngay tuan quy vu mua ca gio phut lua dot ky hom buoi dem tet lan t "
    "day week quarter season shift hour days weeks months years quarters hours"
)
ADVERBS = {"monthly": Period.MONTH, "yearly": Period.YEAR, "annually": Period.YEAR, "once": Period.ONCE}
DATED = _words("nay ngoai truoc sau toi qua dau last this")  # năm nay, tháng trước
PER = _words("/ moi tung per each every")
IN_TIME = _words("hang trong theo tren ca a an in")  # trong năm, a month
ONE = _words("1 mot one")
NOT_A_PIECE = _words("cach phan chut it so khoan luc")  # một phần, một khoản
COUNTERS = _words(
    "cai chiec con kg tan ta ha sao mau nguoi em xe may cay bo hop thung bao cuon tam met suat chuyen mon bai"
)
JUST_NOW = _words("duoc co khoang hon gan tam chung chi tinh")
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
    **_each(None, "khoang hon gan do chung tam co uoc tren xap xi duoc dc la thi tien tong"),
    **_each(None, "a nhe nha da thoi chan tron ca vn dong va moi hang trong cho tri"),
    **_each(None, "about around approximately roughly nearly almost over more than of we it total the"),
    **_each(Found.NOT, "khong ko k chang not no never"),
    **_each(Found.COST, "ton mat het lo phat cost costs loss lost spend spent"),
    **_each(Found.SPENT, "chi gia"),
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
    ("so", "tien"): (),
    ("tong", "cong"): (),
    ("uoc", "tinh"): (),
    ("nha", "may"): (Found.WORD,),
    ("nua", "nam"): (Found.OTHER_PERIOD,),
    ("nua", "thang"): (Found.OTHER_PERIOD,),
    ("tren", "duoi"): (),
    ("ca", "nha", "may"): (),
    **{("ca", group): () for group in ("to", "xuong", "chuyen", "nhom", "doi", "phong", "kho", "cong")},
    # *chưa* folds like *chữa* and *chứa*, *không* begins words that deny nothing.
    **{
        ("chua", denied): (Found.NOT,)
        for denied in ("toi", "den", "tinh", "ro", "biet", "duoc", "dc", "co", "chac")
    },
    ("khong", "khi"): (Found.WORD,),
    ("khong", "gian"): (Found.WORD,),
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

_NEGATIONS = _words("khong ko k kh hong hok hk hem chang cha not cannot can't cant no")
_MEASURES = _words(
    "tinh quy doi do dem gia hoa ra thanh tri hien "
    "measured measurable expressed calculated quantified monetary value money"
)
_POSSIBLE = _words("duoc dc noi")
_INTO = _words("bang thanh ra sang tri")  # tính *thành* tiền; but `không tính tiền công` leaves wages out
_ENGLISH_MONEY = _words("money monetary")
# Beside `không tính được` these say that it only is not computed exactly, or not yet.
_NOT_YET = _words("chua chinh ngay het cu chac ro bao may luc gio hien som phai biet yet exactly know sure")
_OUTRIGHT = ("phi tien te", "non monetary", "not in money", "khong bang tien")


def says_not_in_money(words: Iterable[str]) -> bool:
    """Whether the words say that the benefit cannot be expressed in money.

    A negation, then a verb of measuring, then *được* or *tiền*, or *không thể*: `không tính được`, `ko quy ra
    tiền`, `không thể đong đếm`. Not having done it (`chưa tính`, `không tính`, `không cần tính`) is not that.
    """
    said = list(words)
    if any(phrase in " ".join(said) for phrase in _OUTRIGHT):
        return True
    negation = next((at for at, word in enumerate(said) if word in _NEGATIONS), None)
    if negation is None or not _NOT_YET.isdisjoint(said):
        return False
    following = said[negation + 1 : negation + 5]
    if following[:1] == ["can"] and not {"dong", "do"} & set(following[1:2]):
        return False  # không cần (need not); but không cân đong (cannot weigh)
    measure = next((at for at, word in enumerate(following, negation + 1) if word in _MEASURES), None)
    if measure is None:
        return False
    if following[:1] == ["the"] or not _POSSIBLE.isdisjoint(said[measure : measure + 4]):
        return True
    near = range(measure, min(measure + 7, len(said)))
    return any(said[at] in _ENGLISH_MONEY or (said[at] == "tien" and said[at - 1] in _INTO) for at in near)
