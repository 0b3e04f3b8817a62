"""Turns any spelling of a unit's name into the same plain words, so that a register and a worker meet.

Both sides go through `normal_words`: what the list says once, when it is imported, and what a worker types.
So an expansion can never be right on one side only.
"""

from __future__ import annotations

import re

from handlers.folding import fold

# One table of what is written in several ways, folded. The words on the left are what is kept.
# Forms of law and of organisation, which nearly every name carries, become one short word; what helps to
# tell two units apart is written out, so that the beginning of a word finds it too.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "cd": ("cong doan co so", "cong doan", "cdcs", "cd cs", "cd co so", "cong doan cs"),
    "cd nganh": ("cdn",),
    "cd vien chuc": ("cdvc",),
    "cd giao duc": ("cdgd",),
    "cd y te": ("cdyt",),
    "ldld": ("lien doan lao dong", "lien doan ld", "ld ld"),
    "cty": ("cong ty", "congty", "c ty", "ct", "cti"),
    "cty cp": ("ctcp", "cong ty cp", "ctycp"),
    "cty tnhh": ("cttnhh", "ctytnhh", "ct tnhh"),
    "tnhh": ("trach nhiem huu han",),
    "cp": ("co phan", "cophan"),
    "mtv": ("mot thanh vien", "1 thanh vien", "1 tv", "mot tv"),
    "doanh nghiep": ("dn",),
    "doanh nghiep tu nhan": ("dntn",),
    "hop tac xa": ("htx",),
    "xi nghiep": ("xn",),
    "nha may": ("nm",),
    "xay dung": ("xd",),
    "thuong mai": ("tm",),
    "dich vu": ("dv",),
    "san xuat": ("sx",),
    "thuong mai dich vu": ("tmdv",),
    "san xuat thuong mai": ("sxtm",),
    "xuat nhap khau": ("xnk",),
    "viet nam": ("vn", "vietnam"),
    "kcn": ("khu cong nghiep", "khu cn"),
    "kcx": ("khu che xuat",),
    "ccn": ("cum cong nghiep",),
    "kkt": ("khu kinh te",),
    "ubnd": ("uy ban nhan dan", "uy ban", "ub nd"),
    "hdnd": ("hoi dong nhan dan",),
    "mttq": ("mat tran to quoc",),
    "toa an nhan dan": ("tand", "toa an nd"),
    "vien kiem sat nhan dan": ("vksnd", "vien kiem sat nd"),
    "bao hiem xa hoi": ("bhxh",),
    "van phong": ("vp",),
    "ban quan ly": ("bql",),
    "truong": ("tr", "trg"),
    "mam non": ("mn", "mamnon"),
    "mau giao": ("mg", "maugiao"),
    "tieu hoc": ("th", "tieuhoc", "cap 1"),
    "thcs": ("trung hoc co so", "th cs", "cap 2"),
    "thpt": ("trung hoc pho thong", "ptth", "th pt", "cap 3"),
    "truong dai hoc": ("truong dh",),
    "truong cao dang": ("truong cd",),
    "giao duc dao tao": ("gd dt", "gddt"),
    "phong giao duc dao tao": ("p gd dt", "pgd dt", "pgddt"),
    "so giao duc dao tao": ("s gd dt", "sgd dt", "sgddt"),
    "giao duc thuong xuyen": ("gdtx", "gd tx"),
    "giao duc": ("gd",),
    "benh vien": ("bv",),
    "trung tam y te": ("ttyt", "tt y te", "tt yt"),
    "trung tam giao duc": ("tt gd", "ttgd"),
    "trung tam giao duc thuong xuyen": ("tt gdtx", "ttgdtx"),
    "tram y te": ("tyt",),
    "phuong": ("p",),
    "quan": ("q",),
    "huyen": ("h",),
    "xa": ("x",),
    "thi xa": ("tx",),
    "thanh pho": ("tp",),
    "thanh pho ho chi minh": ("tphcm", "tp hcm", "hcm"),
}
# Said so often that they tell nothing about which unit is meant.
GENERIC = frozenset({"cd", "ldld", "cty", "tnhh", "cp", "mtv", "ubnd", "kcn", "truong"})
_DROPPED = frozenset({"va"})
LONGEST_TYPED = 300
LONGEST_WORD = 40
MOST_WORDS = 40

# Roman numerals that are no Vietnamese word: `vi` is in `An Vĩ`, `xi` in `xi măng`.
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vii": "7", "viii": "8", "ix": "9", "xii": "12", "xiii": "13"}
# Numbers said as words; they are also words of names, so they only may be meant.
SAID_NUMBERS = {
    "mot": "1", "hai": "2", "ba": "3", "bon": "4", "tu": "4", "nam": "5", "sau": "6", "bay": "7",
    "tam": "8", "chin": "9", "muoi": "10",
}  # fmt: skip
# What people say before they name their unit: "em làm ở", "anh ơi cho em hỏi".
_CALLS = r"(?:(?:da|vang|alo|xin|chao|bot|ban|anh|chi|em|ad|admin|moi nguoi) )*?"
_PERSONS = "toi|em|minh|anh|chi|chau|tui"
_GREETING = re.compile(
    rf"{_CALLS}(?:(?:{_PERSONS}|ban|bot|ad) oi )?(?:cho (?:{_PERSONS}) hoi )?"
    rf"(?:(?:{_PERSONS}) (?:(?:dang|hien|nay|la|cong nhan|nhan vien|lam viec|lam|cong tac|don vi)"
    r" (?:(?:o|tai|cho|ben|cua) )*)+)?"
)

# "(tên cũ)", "(cũ)", "(trước 2010)", "(tách năm 2004)": notes about a name, no part of it.
_NOTES = re.compile(r"\((?:ten cu|cu|(?:truoc|sau|tu|den|tach|nhap|sap nhap)(?: nam)? \d{4})\)")
_SAID = re.compile(r"[^\s,;:!?]+")
_PIECES = re.compile(r"[0-9]+|[^\W\d_]+")
# A possessive or a name of the highlands keeps its halves together: `H'Hen`, `K'Brôi`.
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


def _compiled() -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for plain, spellings in SPELLINGS.items():
        for spelling in spellings:
            words = tuple(spelling.split())
            by_first.setdefault(words[0], []).append((words, tuple(plain.split())))
    for choices in by_first.values():
        choices.sort(key=lambda choice: -len(choice[0]))
    return by_first


_BY_FIRST = _compiled()


def pieces(text: str) -> list[str]:
    """The folded runs of letters and of digits, as written; leading zeros of numbers are no difference."""
    bare = _APOSTROPHE.sub("", _NOTES.sub(" ", fold(text)))
    found = (
        piece.lstrip("0") or "0" if piece[0].isdigit() else _ROMAN.get(piece, piece)
        for piece in _PIECES.findall(bare)
    )
    return [piece[:LONGEST_WORD] for piece in found if piece not in _DROPPED][:MOST_WORDS]


def without_greeting(text: str) -> str:
    """What somebody typed without what they said before naming their unit; all of it when nothing is left."""
    folded = " ".join(_SAID.findall(fold(text)))
    greeting = _GREETING.match(folded)
    left = folded[greeting.end() :] if greeting else folded
    return left if left and left != folded else text


def normal_words(text: str) -> list[str]:
    """The plain words of a unit's name: `CĐCS C.ty TNHH May 2` and `cdcs cty tnhh may2` give the same.

    Empty when the text holds no letter and no digit.
    """
    left = pieces(text[:LONGEST_TYPED])
    words: list[str] = []
    at = 0
    while at < len(left):
        for spelling, plain in _BY_FIRST.get(left[at], ()):
            if tuple(left[at : at + len(spelling)]) == spelling:
                words.extend(plain)
                at += len(spelling)
                break
        else:
            words.append(left[at])
            at += 1
    return words[:MOST_WORDS]


def search_key(text: str) -> str:
    """The plain words as one line: two spellings of one name have the same key."""
    return " ".join(normal_words(text))


# Codes stand in the same index, behind every word that people use, in every collation because it is letters.
END_OF_WORDS = "zzzz"


def code_word(code: str) -> str:
    """The word under which a code is found: its letters and digits, without case and marks."""
    return END_OF_WORDS + "".join(re.findall(r"[^\W_]+", fold(code[:LONGEST_TYPED])))[:LONGEST_WORD]


def spelled_words() -> frozenset[str]:
    """The words of every spelling and abbreviation in the table, as people type them."""
    return frozenset(word for spellings in SPELLINGS.values() for line in spellings for word in line.split())
