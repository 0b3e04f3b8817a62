"""Initiatives that somebody typed for their author: who, whether confirmed; people known by name only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from storage.merging import merge
from storage.models import Claim, EnteredFor, Membership, Worker, metadata
from storage.prepared import Prepared

ENTERED, CLAIM = metadata.tables["entered_for"], metadata.tables["claim"]
INITIATIVE, WORKER = metadata.tables["initiative"], metadata.tables["worker"]
MEMBERSHIP, INVITATION = metadata.tables["membership"], metadata.tables["invitation"]
ATTACHMENT = metadata.tables["attachment"]
# What is no longer waited for: it was taken back, refused or disowned.
_OVER = ("withdrawn", "rejected")


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed for somebody; `how` says by what its author confirmed it, None when they did not yet."""

    initiative_id: int
    entered_by: int
    entered_at: datetime
    confirmed_at: datetime | None
    how: str | None
    disowned_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether its author still has to say that it is theirs."""
        return self.confirmed_at is None and self.disowned_at is None


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry as a list shows it; nothing of what it says but its title."""

    id: int
    code: str
    title: str
    state: str
    author: str
    author_id: int
    confirmed: bool
    disowned: bool
    sealed: bool


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody for whom may be entered; a placeholder is known by name only."""

    worker_id: int
    name: str
    placeholder: bool


_NAMED_WITH = Prepared(
    select(WORKER.c.id, WORKER.c.name, WORKER.c.placeholder)
    .join(MEMBERSHIP, MEMBERSHIP.c.worker_id == WORKER.c.id)
    .where(
        MEMBERSHIP.c.unit_id == bindparam("unit"),
        MEMBERSHIP.c.until.is_(None),
        WORKER.c.erased_at.is_(None),
        func.length(WORKER.c.name) == bindparam("length"),
    )
    .order_by(WORKER.c.id)
)
_LINE = (
    select(
        INITIATIVE.c.id,
        INITIATIVE.c.code,
        INITIATIVE.c.title,
        INITIATIVE.c.state,
        WORKER.c.name,
        INITIATIVE.c.author_id,
        ENTERED.c.confirmed_at.is_not(None),
        ENTERED.c.disowned_at.is_not(None),
        INITIATIVE.c.sealed,
    )
    .select_from(ENTERED)
    .join(INITIATIVE, INITIATIVE.c.id == ENTERED.c.initiative_id)
    .join(WORKER, WORKER.c.id == INITIATIVE.c.author_id)
)


class Entered:
    """Entries for others inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- entries

    def note(self, initiative_id: int, by: int, author_id: int, now: datetime) -> None:
        """Somebody typed it for its author, to whom the files that came with it now belong."""
        values = {"initiative_id": initiative_id, "entered_by": by, "entered_at": now}
        self._connection.execute(insert(EnteredFor).values(**values))
        self.own_files(initiative_id, author_id)

    def own_files(self, initiative_id: int, author_id: int) -> None:
        """The files of an entry are its author's, whoever sent them."""
        files = update(ATTACHMENT).where(ATTACHMENT.c.initiative_id == initiative_id)
        self._connection.execute(files.values(worker_id=author_id))

    def of(self, initiative_id: int) -> Entry | None:
        """How an initiative was entered; None for one its author sent."""
        rows = select(*(ENTERED.c[name] for name in Entry.__dataclass_fields__))
        row = self._connection.execute(rows.where(ENTERED.c.initiative_id == initiative_id)).first()
        return None if row is None else Entry(*row)

    def typists(self, initiative_ids: Sequence[int]) -> dict[int, str]:
        """Who typed those of these initiatives that their author did not; nothing for one who is gone."""
        rows = select(ENTERED.c.initiative_id, WORKER.c.name, WORKER.c.erased_at)
        rows = rows.join(WORKER, WORKER.c.id == ENTERED.c.entered_by)
        found = self._connection.execute(rows.where(ENTERED.c.initiative_id.in_(initiative_ids)))
        return {row[0]: "" if row[2] is not None else row[1] for row in found}

    def unconfirmed(self, initiative_id: int) -> bool:
        """Whether it waits for its author to say that it is theirs."""
        entry = self.of(initiative_id)
        return entry is not None and entry.waits

    def confirm(self, initiative_id: int, how: str, now: datetime) -> bool:
        """Its author says it is theirs; False when there was nothing to confirm any more."""
        waits = ENTERED.c.confirmed_at.is_(None) & ENTERED.c.disowned_at.is_(None)
        return self._change((ENTERED.c.initiative_id == initiative_id) & waits, confirmed_at=now, how=how)

    def reopen(self, initiative_id: int, now: datetime) -> None:
        """It was changed by whoever typed it: its author is asked anew."""
        which = ENTERED.c.initiative_id == initiative_id
        self._change(which, confirmed_at=None, how=None, entered_at=now)

    def disown(self, initiative_id: int, now: datetime) -> None:
        """Its author says it is not theirs."""
        self._change(ENTERED.c.initiative_id == initiative_id, disowned_at=now)

    def _change(self, which: ColumnElement[bool], **values: Any) -> bool:
        changed = update(ENTERED).where(which).values(**values).returning(ENTERED.c.initiative_id)
        return self._connection.execute(changed).first() is not None

    # --- lists

    def waiting_for(
        self, author_id: int, most: int, skip: int = 0, upto: int | None = None
    ) -> list[EntryLine]:
        """What an author has still to confirm, the oldest first; with `upto` none that came later."""
        rows = _LINE.where(*self._waits_for(author_id))
        if upto is not None:
            rows = rows.where(INITIATIVE.c.id <= upto)
        found = self._connection.execute(rows.order_by(INITIATIVE.c.id).offset(skip).limit(most))
        return [EntryLine(*row) for row in found]

    def count_waiting(self, author_id: int) -> int:
        """How many an author has still to confirm."""
        rows = select(func.count()).select_from(ENTERED.join(INITIATIVE))
        return int(self._connection.execute(rows.where(*self._waits_for(author_id))).scalar_one())

    @staticmethod
    def _waits_for(author_id: int) -> tuple[ColumnElement[bool], ...]:
        return (
            INITIATIVE.c.author_id == author_id,
            ENTERED.c.confirmed_at.is_(None),
            ENTERED.c.disowned_at.is_(None),
            INITIATIVE.c.state.not_in(_OVER),
        )

    def by(self, worker_id: int, most: int, skip: int = 0) -> list[EntryLine]:
        """What somebody typed for others, the newest first."""
        rows = _LINE.where(ENTERED.c.entered_by == worker_id).order_by(INITIATIVE.c.id.desc())
        return [EntryLine(*row) for row in self._connection.execute(rows.offset(skip).limit(most))]

    def count_by(self, worker_id: int) -> int:
        """How many somebody typed for others."""
        rows = select(func.count()).select_from(ENTERED).where(ENTERED.c.entered_by == worker_id)
        return int(self._connection.execute(rows).scalar_one())

    def line(self, initiative_id: int) -> EntryLine | None:
        """One entry as a list shows it."""
        row = self._connection.execute(_LINE.where(INITIATIVE.c.id == initiative_id)).first()
        return None if row is None else EntryLine(*row)

    # --- people known by name only

    def placeholder(self, name: str, unit_id: int, language: str, now: datetime) -> int:
        """Remember somebody by name; they become themselves when they come with a code."""
        worker = insert(Worker).values(name=name, language=language, unit_id=unit_id, placeholder=True)
        made = worker.values(created_at=now).returning(WORKER.c.id)
        worker_id = int(self._connection.execute(made).scalar_one())
        values = {"worker_id": worker_id, "unit_id": unit_id, "since": now}
        self._connection.execute(insert(Membership).values(**values))
        return worker_id

    def whom(self, worker_id: int) -> Whom | None:
        """Somebody for whom may be entered; None for one who was erased or never was."""
        rows = select(WORKER.c.id, WORKER.c.name, WORKER.c.placeholder)
        row = self._connection.execute(
            rows.where(WORKER.c.id == worker_id, WORKER.c.erased_at.is_(None))
        ).first()
        return None if row is None else Whom(*row)

    def unit_of(self, worker_id: int) -> int | None:
        """The unit somebody belongs to now."""
        row = select(WORKER.c.unit_id).where(WORKER.c.id == worker_id)
        return self._connection.execute(row).scalar()

    def merge(self, name_only: int, real: int) -> list[int]:
        """Somebody known by name only turns out to be this worker; which initiatives are theirs now."""
        return merge(self._connection, name_only, real)

    def people(self, unit_id: int) -> list[Whom]:
        """Everybody of a unit, those known by name only too."""
        rows = (
            select(WORKER.c.id, WORKER.c.name, WORKER.c.placeholder)
            .join(MEMBERSHIP, MEMBERSHIP.c.worker_id == WORKER.c.id)
            .where(
                MEMBERSHIP.c.unit_id == unit_id, MEMBERSHIP.c.until.is_(None), WORKER.c.erased_at.is_(None)
            )
        )
        return [Whom(*row) for row in self._connection.execute(rows.order_by(WORKER.c.id))]

    def named_with(self, unit_id: int, length: int) -> list[Whom]:
        """Those of a unit whose name has so many letters, spaces counted."""
        rows = _NAMED_WITH.all(self._connection, {"unit": unit_id, "length": length})
        return [Whom(*row) for row in rows]

    # --- codes

    def claims(self, code_hash: str, worker_id: int) -> None:
        """Whoever uses the invitation of that hash is this person."""
        number = select(INVITATION.c.id).where(INVITATION.c.code_hash == code_hash).scalar_subquery()
        self._connection.execute(insert(Claim).values(invitation_id=number, worker_id=worker_id))

    def claimed_by(self, invitation_id: int) -> int | None:
        """The person whom the user of an invitation turns out to be."""
        row = select(CLAIM.c.worker_id).where(CLAIM.c.invitation_id == invitation_id)
        return self._connection.execute(row).scalar()

    def has_code(self, worker_id: int, now: datetime) -> bool:
        """Whether a code for this person is still out."""
        rows = (
            select(CLAIM.c.invitation_id)
            .join(INVITATION, INVITATION.c.id == CLAIM.c.invitation_id)
            .where(CLAIM.c.worker_id == worker_id, INVITATION.c.uses_left > 0, INVITATION.c.expires_at > now)
        )
        return self._connection.execute(rows).first() is not None
