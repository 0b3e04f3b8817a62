"""Workers and the chats they talk in: who is behind an address, and where their talk stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.models import Chat, Membership, Worker, metadata
from storage.outbox_turn import pending
from storage.prepared import Prepared
from storage.vault import Vault, VaultClosed

CHAT, WORKER, DRAFT = metadata.tables["chat"], metadata.tables["worker"], metadata.tables["draft"]
MEMBERSHIP, UNIT = metadata.tables["membership"], metadata.tables["unit"]
GRANT = metadata.tables["role_grant"]


@dataclass(slots=True)
class OpenDraft:
    """The draft a chat is at."""

    id: int
    place: dict[str, Any]
    offered: dict[str, Any] | None
    corrects_id: int | None
    created_at: datetime
    for_worker_id: int | None = None
    for_name: str = ""
    unit_id: int | None = None

    @property
    def for_other(self) -> bool:
        """Whether it is typed for somebody else."""
        return self.for_worker_id is not None or bool(self.for_name)


@dataclass(slots=True)
class Person:
    """A worker at one of their messengers, and the draft that is open there."""

    chat_id: int
    worker_id: int
    channel: str
    address: str
    name: str
    language: str
    unit_id: int | None
    reachable: bool
    consent: str = ""
    talk: dict[str, Any] = field(default_factory=dict)
    draft: OpenDraft | None = None
    # Whether a message in a slot may be waiting for this chat, which a newer one would take the place of,
    # and whether nothing at all is promised to it.
    replaceable: bool = True
    alone: bool = False


_HERE = (CHAT.c.channel == bindparam("channel"), CHAT.c.address == bindparam("address"))
# On PostgreSQL the person's rows are held first, so that two transactions hearing the same person take turns;
# only a statement that begins afterwards sees what the other one has written. SQLite has one writer anyway.
_HOLD = Prepared(
    select(CHAT.c.id)
    .select_from(CHAT.join(WORKER, WORKER.c.id == CHAT.c.worker_id))
    .where(*_HERE)
    .with_for_update(of=(CHAT, WORKER))
)
_BEHIND = Prepared(
    select(
        CHAT.c.id,
        CHAT.c.worker_id,
        CHAT.c.reachable,
        CHAT.c.talk,
        WORKER.c.name,
        WORKER.c.language,
        WORKER.c.unit_id,
        DRAFT.c.id,
        DRAFT.c.place,
        DRAFT.c.offered,
        DRAFT.c.corrects_id,
        DRAFT.c.created_at,
        DRAFT.c.for_worker_id,
        DRAFT.c.for_name,
        DRAFT.c.unit_id,
        WORKER.c.consent,
        pending(CHAT.c.channel, CHAT.c.address),
    )
    .select_from(
        CHAT.join(WORKER, WORKER.c.id == CHAT.c.worker_id).outerjoin(DRAFT, DRAFT.c.id == CHAT.c.draft_id)
    )
    .where(*_HERE)
)
_SET_TALK = Prepared(update(CHAT).where(CHAT.c.id == bindparam("chat")).values(talk=bindparam("new_talk")))
_OPEN_DRAFT = Prepared(update(CHAT).where(CHAT.c.id == bindparam("chat")).values(draft_id=bindparam("draft")))
_UNIT_NAME = Prepared(select(UNIT.c.name).where(UNIT.c.id == bindparam("unit")))


class People:
    """Workers and chats inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def behind(self, channel: str, address: str) -> Person | None:
        """Who is behind an address, with their open draft; None for somebody who has not agreed."""
        where = {"channel": channel, "address": address}
        if self._connection.dialect.name == "postgresql":
            _HOLD.first(self._connection, where)
        row = _BEHIND.first(self._connection, where)
        if row is None:
            return None
        draft = None if row[7] is None else self._opened(row[7:15])
        return Person(
            chat_id=row[0],
            worker_id=row[1],
            channel=channel,
            address=address,
            name=row[4],
            language=row[5],
            unit_id=row[6],
            reachable=row[2],
            consent=row[15],
            talk=row[3] or {},
            draft=draft,
            replaceable=row[16] == 1,
            alone=row[16] is None,
        )

    def _opened(self, row: Sequence[Any]) -> OpenDraft | None:
        """The open draft; none when its key is gone: it stands, and everything else goes on."""
        number, place, *rest = row
        try:
            return OpenDraft(number, self._vault.open(place), *rest)
        except VaultClosed:
            return None

    def of_chat(self, chat_id: int) -> Person | None:
        """The person of a chat; None when the chat is no longer known."""
        row = self._connection.execute(
            select(CHAT.c.channel, CHAT.c.address).where(CHAT.c.id == chat_id)
        ).first()
        return None if row is None else self.behind(row[0], row[1])

    def of_worker(self, worker_id: int) -> list[Person]:
        """A worker at each of their messengers."""
        places = select(CHAT.c.channel, CHAT.c.address).where(CHAT.c.worker_id == worker_id)
        found = (self.behind(*place) for place in self._connection.execute(places).all())
        return [person for person in found if person is not None]

    def with_role(self, role: str) -> list[Person]:
        """Everybody who holds a role now and can be reached."""
        holders = select(GRANT.c.worker_id).where(GRANT.c.role == role, GRANT.c.until.is_(None)).distinct()
        workers = self._connection.execute(holders).scalars().all()
        return [one for worker in workers for one in self.of_worker(worker) if one.reachable]

    def welcome(self, channel: str, address: str, name: str, language: str, now: datetime) -> Person:
        """Remember somebody who has agreed."""
        worker = insert(Worker).values(name=name, language=language, created_at=now).returning(WORKER.c.id)
        worker_id = self._connection.execute(worker).scalar_one()
        chat = insert(Chat).values(
            channel=channel, address=address, worker_id=worker_id, reachable=True, created_at=now
        )
        chat_id = self._connection.execute(chat.returning(CHAT.c.id)).scalar_one()
        return Person(chat_id, worker_id, channel, address, name, language, None, True)

    def set_talk(self, person: Person, talk: dict[str, Any]) -> None:
        """Where the talk stands besides the draft; written only when it changes."""
        if talk != person.talk:
            person.talk = talk
            _SET_TALK.run(self._connection, {"chat": person.chat_id, "new_talk": talk or None})

    def open_draft(self, person: Person, draft_id: int | None) -> None:
        """The draft that what is typed next belongs to."""
        _OPEN_DRAFT.run(self._connection, {"chat": person.chat_id, "draft": draft_id})

    def speak(self, person: Person, language: str) -> None:
        """The language a worker wants to read."""
        person.language = language
        change = update(WORKER).where(WORKER.c.id == person.worker_id).values(language=language)
        self._connection.execute(change)

    def rename(self, person: Person, name: str) -> None:
        """The name as its bearer gives it."""
        person.name = name
        self._connection.execute(update(WORKER).where(WORKER.c.id == person.worker_id).values(name=name))

    def reachable(self, person: Person, *, reachable: bool) -> None:
        """Whether anything can be sent to this chat."""
        if person.reachable != reachable:
            person.reachable = reachable
            change = update(CHAT).where(CHAT.c.id == person.chat_id).values(reachable=reachable)
            self._connection.execute(change)

    def join(self, person: Person, unit_id: int, now: datetime) -> None:
        """Move a worker to a unit; what was made elsewhere stays there."""
        if person.unit_id == unit_id:
            return
        ended = update(MEMBERSHIP).where(
            MEMBERSHIP.c.worker_id == person.worker_id, MEMBERSHIP.c.until.is_(None)
        )
        self._connection.execute(ended.values(until=now))
        values = {"worker_id": person.worker_id, "unit_id": unit_id, "since": now}
        self._connection.execute(insert(Membership).values(**values))
        moved = update(WORKER).where(WORKER.c.id == person.worker_id).values(unit_id=unit_id)
        self._connection.execute(moved)
        person.unit_id = unit_id

    def unit_name(self, unit_id: int | None) -> str:
        """The name of a unit now, or an empty text."""
        if unit_id is None:
            return ""
        return str(_UNIT_NAME.scalar(self._connection, {"unit": unit_id}))


__all__ = ["OpenDraft", "People", "Person"]
