"""The running program hands over a person's data, and after an erasure nothing of theirs is on the disk."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.sandbox import Picked, Sandbox
from tests.live import TOKEN, joins, live, says, taps

pytestmark = pytest.mark.filterwarnings("default")
MARKERS = ("Zkvaname", "zkvabefore", "zkvacontent", "zkvafile")


def found_on(folder: Path) -> list[str]:
    """The markers that are anywhere in the files below a folder, or in their names."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    whole = b"\n".join(path.read_bytes() + str(path).encode() for path in files)
    return [marker for marker in MARKERS if marker.encode() in whole]


async def until(seen: Callable[[], bool]) -> None:
    """Wait until something can be seen in the program's folder or on the phone."""
    async with asyncio.timeout(30):
        while not seen():  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.05)


async def test_a_copy_comes_as_a_file_and_an_erasure_leaves_nothing_behind(tmp_path: Path) -> None:
    async with Sandbox(TOKEN) as sandbox:
        program = await live(tmp_path, sandbox)
        lan = sandbox.person("Zkvaname", last_name="Nguyễn Thị")
        await joins(lan)
        await says(lan, "/sangkien")
        await says(lan, "zkvabefore cuộn vải để dưới đất")
        await lan.sends("document", Picked("zkvafile.pdf", b"%PDF-zkvacontent"))
        await lan.answer()
        await until(lambda: any(path.is_file() for path in (tmp_path / "files").rglob("*")))
        await says(lan, "/dulieu xuất")
        await until(lambda: any("document" in one and one["from"]["is_bot"] for one in lan.screen()))
        (sent,) = (one["document"] for one in lan.screen() if "document" in one and one["from"]["is_bot"])
        content = sandbox.world.files.found(sent["file_id"]).content
        archive = zipfile.ZipFile(io.BytesIO(content))
        assert b"zkvabefore" in archive.read("du-lieu.json")
        assert any(archive.read(name) == b"%PDF-zkvacontent" for name in archive.namelist())
        assert found_on(tmp_path) == list(MARKERS)
        await says(lan, "/dulieu xoá")
        await taps(lan, "Có, xoá")
        assert "Biên nhận" in await taps(lan, "Xoá hẳn dữ liệu")
        await until(lambda: found_on(tmp_path) == [])
        await program.stops()
        assert found_on(tmp_path) == []
        assert sandbox.violations == []
