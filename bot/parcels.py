"""From a file of a reply to what a messenger can be handed: found in our folder, named by it, or drawn."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from bot.channels import NotSent, Parcel
from bot.files import place_of, sniffed
from bot.papers import Papers
from bot.speech import Captioned, Spoken
from handlers.enclosures import Enclosure, Paper
from storage.vault import Vault, VaultClosed

log = structlog.get_logger()
REMEMBERED = 4_096  # references of files that a messenger has taken
LONGEST_NAME = 100


class Parcels:
    """Every way in which a file can be handed over, the cheapest first."""

    def __init__(self, folder: Path, papers: Papers, vault: Vault | None = None) -> None:
        self._folder = folder
        self._vault = vault or Vault()
        self._papers = papers
        self._taken: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    async def ways(self, channel: str, given: Captioned, *, protected: bool) -> AsyncIterator[Parcel]:
        """The file as parcels to be tried one after another; none when it is not to be had.

        A photo that a messenger does not take as one may still pass as a document.
        Raises NotSent when our folder cannot be read now.
        """
        file = given.file
        if isinstance(file, Enclosure) and file.reference and file.channel in ("", channel):
            yield Parcel(file.kind, _name(file), given.caption, reference=file.reference, protected=protected)
        whole = await self._whole(given)
        if whole is None:
            return
        whole = replace(whole, protected=protected)
        if reference := self._taken.get((channel, whole.kind, whole.sha256)):
            yield replace(whole, reference=reference, content=b"")
        yield whole
        if whole.kind != "document":
            yield replace(whole, kind="document")

    async def ready(self, files: Sequence[Captioned], patience: float) -> bool:
        """Whether all papers among these are drawn, or quickly will be; `patience` is in seconds."""
        for given in files:
            paper = given.file
            if isinstance(paper, Paper) and not await self._papers.ready(
                paper.kind, paper.params, given.language, patience
            ):
                return False
        return True

    def offered(self, spoken: Spoken) -> None:
        """Its buttons have reached somebody: papers they lead to may be wanted next."""
        self._papers.offered([action for row in spoken.rows for _, action in row])

    def remember(self, channel: str, parcel: Parcel, reference: str) -> None:
        """The messenger holds this content now: the next time it need not be uploaded."""
        if parcel.content and reference:
            self._taken[channel, parcel.kind, parcel.sha256] = reference
            while len(self._taken) > REMEMBERED:
                self._taken.popitem(last=False)

    async def _whole(self, given: Captioned) -> Parcel | None:
        """With its content; None when there is none."""
        file = given.file
        if isinstance(file, Paper):
            return await self._painted(file, given)
        if not file.sha256:
            return None
        try:
            content = await asyncio.to_thread(self._content, file)
        except FileNotFoundError:
            log.warning("file_is_gone", sha256=file.sha256)
            return None
        except (OSError, VaultClosed) as failed:
            raise NotSent(f"{type(failed).__name__} in the folder of files") from None
        shows = file.kind != "photo" or sniffed(content).startswith("image/")
        kind = file.kind if shows else "document"
        return Parcel(kind, _name(file), given.caption, content, sha256=file.sha256)

    def _content(self, file: Enclosure) -> bytes:
        """Our copy in clear. Raises OSError, and VaultClosed when its key is gone."""
        kept = place_of(self._folder, file.sha256).read_bytes()
        return self._vault.open_bytes(kept) if file.encrypted else kept

    async def _painted(self, paper: Paper, given: Captioned) -> Parcel | None:
        try:
            drawn = await self._papers.drawn(paper.kind, paper.params, given.language)
        except Exception as failed:
            # A painter's error must not cost the person the rest of the reply.
            log.error("paper_not_drawn", kind=paper.kind, reason=type(failed).__name__)
            return None
        digest = hashlib.sha256(drawn.content).hexdigest()
        return Parcel(drawn.kind, _safe(drawn.name), given.caption, drawn.content, sha256=digest)


def _name(file: Enclosure) -> str:
    """The name a phone shows: the file's own, or its kind with the ending of its type."""
    return _safe(file.name) or f"{file.kind}{mimetypes.guess_extension(file.media_type) or ''}"


def _safe(name: str) -> str:
    """A name without what would break a header or a path; the ending stays."""
    plain = "".join("_" if letter in '\\/"' else letter for letter in name if letter.isprintable()).strip()
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 12] + plain[-12:]
