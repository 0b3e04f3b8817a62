"""The A4 poster through which people join: what the programme is, three steps, a big code to scan or type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from bot.documents.qr import qr_svg
from bot.speech import Speech
from handlers.codes import grouped

LINES = ("head", "what", "step_1", "step_2", "step_3", "by_hand", "until", "quiet", "unit", "role")
_LONGEST_UNIT = 240


def poster(words: Mapping[str, str], link: str, language: str = "vi") -> bytes:
    """The poster as a PDF. `words` has every line by name, `code` and `unit` among them; see poster.typ."""
    import fontpkg_be_vietnam_pro  # type: ignore[import-untyped]
    from typst import compile as typeset

    sources = {
        "main.typ": files("bot.documents").joinpath("poster.typ").read_bytes(),
        "qr.svg": qr_svg(link),
        "words.json": json.dumps(dict(words), ensure_ascii=False).encode(),
    }
    fonts = str(fontpkg_be_vietnam_pro.ROOT / "files")
    typeset_all: Any = typeset  # its types know a single source only
    printed = typeset_all(
        sources, font_paths=[fonts], ignore_system_fonts=True, sys_inputs={"lang": language}
    )
    assert isinstance(printed, bytes)  # noqa: S101 - one page without an output file is bytes
    return printed


def words_for(speech: Speech, params: Mapping[str, Any], language: str) -> dict[str, str]:
    """The lines of the poster for an invitation: its programme, unit, role, code, last day and bot."""
    blanks = {**params, "role": {"$": "text", "key": f"role.{params['role']}"}}
    words = {name: speech.say(language, f"poster.{name}", blanks) for name in LINES}
    if params["role"] == "worker":
        words["role"] = ""
    if len(words["unit"]) > _LONGEST_UNIT:
        words["unit"] = words["unit"][:_LONGEST_UNIT].rsplit(None, 1)[0] + "…"
    return {**words, "code": grouped(params["code"])}
