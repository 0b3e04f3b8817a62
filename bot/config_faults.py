"""Faults of a configuration as sentences for the operator: file, key, what is wrong, and a right example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

Key = tuple[str | int, ...]
Fault = tuple[Key, str]

_PLACE = re.compile(r"\(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)")
_SENTENCES = {
    "missing": "thiếu khóa này",
    "string_type": "cần một chuỗi trong ngoặc kép",
    "string_too_short": "không được để trống",
    "string_pattern_mismatch": "có ký tự không dùng được; chỉ gồm chữ không dấu, số, - và _",
    "path_type": "cần một chuỗi trong ngoặc kép",
    "int_type": "cần một số nguyên, không có ngoặc kép hay dấu chấm",
    "int_parsing": "cần một số nguyên",
    "int_from_float": "cần một số nguyên",
    "bool_type": "cần true hoặc false",
    "bool_parsing": "cần true hoặc false",
    "decimal_type": "cần một số",
    "decimal_parsing": "cần một số",
    "is_instance_of": "cần một số, không có ngoặc kép",
    "finite_number": "cần một số",
    "tuple_type": "cần một danh sách",
}


def syntax_fault(said: str) -> str:
    """What the TOML reader said, as a sentence with line and column."""
    found = _PLACE.search(said)
    place = f"dòng {found[1]}, cột {found[2]}" if found and found[1] else "cuối tệp"
    problem = _PLACE.sub("", said).strip()
    return (
        f'{place}: sai cú pháp TOML ({problem}); chữ phải nằm trong ngoặc kép, ví dụ: name = "Giai đoạn 1".'
    )


def faults_of(wrong: ValidationError, tables: type[BaseModel]) -> list[Fault]:
    """What is wrong with single keys. No value that was typed is repeated: it may be a misplaced secret."""
    faults: list[Fault] = []
    for error in wrong.errors(include_url=False, include_input=False):
        key = error["loc"]
        # A list is also called too short when its tables are there but wrong: they have been told already.
        if error["type"] == "too_short" and any(told[: len(key)] == key for told, _ in faults):
            continue
        faults.append((key, _problem(error["type"], error.get("ctx", {}), key, tables)))
    return faults


def described(fault: Fault, tables: type[BaseModel], source: str) -> str:
    """The fault as one sentence: where it was said, the key, the problem, and a right example."""
    key, problem = fault
    numbers = [str(part + 1) for part in key if isinstance(part, int)]
    which = f" (mục thứ {', phần thứ '.join(numbers)})" if numbers else ""
    field = _field(tables, key)
    example = f"; ví dụ: {_last_name(key)} = {_toml(field.examples[0])}" if field and field.examples else ""
    return f"{source}: {_dotted(key)}{which}: {problem}{example}."


def _problem(kind: str, context: Mapping[str, Any], key: Key, tables: type[BaseModel]) -> str:
    if kind == "refused":
        return str(context["sentence"])
    if kind == "extra_forbidden":
        return _unknown(key, tables)
    if kind == "literal_error":
        return "chỉ nhận " + str(context["expected"]).replace(" or ", " hoặc ").replace("'", '"')
    if kind == "greater_than":
        return f"phải lớn hơn {context['gt']}"
    if kind == "less_than_equal":
        return f"không được quá {context['le']}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"cần là một bảng, viết thành [{_dotted(key)}]"
    if key and key[-1] in ("phase", "target", "subsidy") and kind in ("tuple_type", "too_short", "missing"):
        return f"cần ít nhất một bảng, viết thành [[{_dotted(key)}]]"
    return _SENTENCES.get(kind, "giá trị này không dùng được")


def _unknown(key: Key, tables: type[BaseModel]) -> str:
    """No such key: the nearest one of the same table, or else of any other."""
    name, table = str(key[-1]), _table(tables, key[:-1])
    near = get_close_matches(name, table.model_fields if table else (), n=1)
    if not near:
        known = dict(_known(tables))
        near = [known[found] for found in get_close_matches(name, known, n=1)]
    return (
        f"không có khóa này; tên gần nhất là {near[0]}" if near else "không có khóa này; bỏ đi hoặc sửa tên"
    )


def _known(tables: type[BaseModel], above: str = "") -> Iterator[tuple[str, str]]:
    """Every key by its last name, with its dotted one."""
    for name, field in tables.model_fields.items():
        inner = _inner(field)
        if inner is None:
            yield name, above + name
        else:
            yield from _known(inner, f"{above}{name}.")


def _dotted(key: Key) -> str:
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return said.removeprefix(".")


def _field(tables: type[BaseModel], key: Key) -> FieldInfo | None:
    name = _last_name(key)
    table = _table(tables, key[: len(key) - key[::-1].index(name) - 1]) if name else None
    return table.model_fields.get(name) if table else None


def _last_name(key: Key) -> str:
    return next((part for part in reversed(key) if isinstance(part, str)), "")


def _table(tables: type[BaseModel], key: Key) -> type[BaseModel] | None:
    """The table that stands at `key`; the numbers of a list of tables lead to the same one."""
    table: type[BaseModel] | None = tables
    for part in key:
        if isinstance(part, str) and table is not None:
            field = table.model_fields.get(part)
            table = _inner(field) if field else None
    return table


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
