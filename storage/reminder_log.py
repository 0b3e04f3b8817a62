"""Which moments have been seen to, what was promised once, and the note of who was told what and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.sql.dml import UpdateBase

from storage.aims import AIM, Standing
from storage.in_bulk import RowsAsText, among
from storage.models import metadata
from storage.outbox_turn import waiting
from storage.prepared import Inserting, Prepared
from storage.tallies import COLUMNS, Figures
from storage.types import Json
from storage.upserts import insert_into
from storage.vault import Vault

MOMENT, NOTE = metadata.tables["reminder_moment"], metadata.tables["reminder_note"]
REPORT, TALLY = metadata.tables["phase_report"], metadata.tables["tally"]
OUTBOX, UNIT = metadata.tables["outbox"], metadata.tables["unit"]
WORKER = metadata.tables["worker"]
Key = tuple[str, str, str]  # kind, phase, offset
_ROW = ("channel", "address", "chat_id", "language", "body", "once", "priority", "created_at", "due_at",
        "expires_at")  # fmt: skip


class Mark(NamedTuple):
    """How a moment stands: open, done or skipped; the last worker that was seen to."""

    state: str
    cursor: int


def _promise(dialect: str) -> UpdateBase:
    values: dict[str, Any] = {name: bindparam(name) for name in _ROW}
    # RETURNING, because psycopg reports -1 rows for DO NOTHING.
    return insert_into(dialect, OUTBOX).values(values).on_conflict_do_nothing().returning(OUTBOX.c.id)


def _open(dialect: str) -> UpdateBase:
    names = ("kind", "phase", "offset", "changed_at")
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    made = insert_into(dialect, MOMENT).values({**values, "state": "open", "cursor": 0, "reason": ""})
    return made.on_conflict_do_nothing()


_PROMISE = Prepared(_promise)
_PROMISE_MANY = insert_into("sqlite", OUTBOX).on_conflict_do_nothing().returning(OUTBOX.c.once)
_PROMISE_TEXT = RowsAsText(OUTBOX, _ROW, "ON CONFLICT DO NOTHING RETURNING once")
FEW = 20
_OPEN = Prepared(_open)
_MOMENTS = Prepared(select(MOMENT.c.kind, MOMENT.c.phase, MOMENT.c.offset, MOMENT.c.state, MOMENT.c.cursor))
_ITS = and_(
    MOMENT.c.kind == bindparam("its_kind"),
    MOMENT.c.phase == bindparam("its_phase"),
    MOMENT.c.offset == bindparam("its_offset"),
)
_HOLD = Prepared(select(MOMENT.c.state, MOMENT.c.cursor).where(_ITS).with_for_update())
_NOTE = Inserting(NOTE)
_NOTE_TEXT = RowsAsText(NOTE, ("kind", "phase", "offset", "worker_id", "at", "outcome", "reason"))


class ReminderLog:
    """The bookkeeping of reminders inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def moments(self) -> dict[Key, Mark]:
        """Every moment that was begun."""
        return {(row[0], row[1], row[2]): Mark(row[3], row[4]) for row in _MOMENTS.all(self._connection, {})}

    def hold(self, key: Key, now: datetime) -> Mark:
        """Begin a moment, or go on with it; another process that wants the same one waits for our commit."""
        _OPEN.run(self._connection, {"kind": key[0], "phase": key[1], "offset": key[2], "changed_at": now})
        row = _HOLD.first(self._connection, _named(key))
        return Mark("done", 0) if row is None else Mark(*row)

    def settle(self, key: Key, state: str, now: datetime, *, cursor: int = 0, reason: str = "") -> None:
        """How far a moment has come."""
        changed = update(MOMENT).where(_ITS)
        values = {"state": state, "cursor": cursor, "reason": reason, "changed_at": now}
        self._connection.execute(changed.values(**values), _named(key))

    def promise(self, rows: Sequence[Mapping[str, Any]]) -> list[bool]:
        """Promise messages nobody asked for, each under its key `once`; which of them are new."""
        given = [{**row, "body": self._kept(row["body"]), "priority": 1} for row in rows]
        if len(given) < FEW:
            return [_PROMISE.first(self._connection, row) is not None for row in given]
        # A page at once: one after another each would wait for its own answer of the database.
        if self._connection.dialect.name == "postgresql":
            new = {row[0] for row in _PROMISE_TEXT.run(self._connection, given)}
        else:
            new = set(self._connection.execute(_PROMISE_MANY, given).scalars())
        return [row["once"] in new for row in given]

    def _kept(self, body: dict[str, Any]) -> Any:
        return self._vault.kept(body) if "protected" in body else body

    def note(self, key: Key, outcomes: Sequence[tuple[int | None, str, str]], now: datetime) -> None:
        """Write down what became of a reminder: worker, outcome, reason."""
        rows = [
            {"kind": key[0], "phase": key[1], "offset": key[2], "worker_id": worker, "at": now,
             "outcome": outcome, "reason": reason}
            for worker, outcome, reason in outcomes
        ]  # fmt: skip
        if len(rows) >= FEW and self._connection.dialect.name == "postgresql":
            _NOTE_TEXT.run(self._connection, rows)
        elif rows:
            _NOTE.of(rows[0]).many(self._connection, rows)

    def notes(self, worker_id: int, most: int = 20) -> list[tuple[Key, datetime, str, str]]:
        """What became of the last reminders for a worker, newest first, and of those for all since."""
        came = select(WORKER.c.created_at).where(WORKER.c.id == worker_id).scalar_subquery()
        for_all = and_(NOTE.c.worker_id.is_(None), NOTE.c.at > came)
        rows = (
            select(NOTE)
            .where((NOTE.c.worker_id == worker_id) | for_all)
            .order_by(NOTE.c.at.desc(), NOTE.c.id.desc())
            .limit(most)
        )
        return [
            ((row.kind, row.phase, row.offset), row.at, row.outcome, row.reason)
            for row in self._connection.execute(rows)
        ]

    def told(self, kind: str, phase: str, workers: Sequence[int]) -> set[int]:
        """Which of these workers have been promised a reminder of a kind in a phase, whenever it was."""
        rows = select(NOTE.c.worker_id).where(
            among(self._connection, NOTE.c.worker_id, workers), NOTE.c.kind == kind, NOTE.c.phase == phase,
            NOTE.c.outcome == "promised",
        )  # fmt: skip
        return set(self._connection.execute(rows).scalars())

    def supersede(self, prefix: str) -> list[str]:
        """Take back what waits under keys that begin so, and free these keys; which they were."""
        its = and_(*_begins(prefix), waiting(), OUTBOX.c.parts_sent == 0)
        rows = self._connection.execute(select(OUTBOX.c.once).where(its).order_by(OUTBOX.c.id))
        found = [once for once in rows.scalars() if once is not None]
        taken = update(OUTBOX).where(its).values(state="superseded", once=None, body=literal({}, Json()))
        self._connection.execute(taken)
        return found

    def said(self, prefix: str) -> bool:
        """Whether anything under keys that begin so has left, or is leaving."""
        left = OUTBOX.c.state.in_(("claimed", "sent", "unknown"))
        rows = select(OUTBOX.c.id).where(*_begins(prefix), left).limit(1)
        return self._connection.execute(rows).first() is not None

    # --- figures frozen at an instant

    def freeze(self, phase: str, kind: str, now: datetime, unit_id: int | None = None) -> None:
        """Keep the figures of a phase as they stand (of all units, or of one and those directly below it).

        What was kept before stays.
        """
        kept = REPORT.alias("kept")
        there = exists().where(
            kept.c.phase == TALLY.c.phase, kept.c.kind == kind, kept.c.unit_id == TALLY.c.unit_id
        )
        names = ("phase", "kind", "unit_id", "at", *COLUMNS)
        rows = select(
            TALLY.c.phase, literal(kind), TALLY.c.unit_id, literal(now, REPORT.c.at.type),
            *(TALLY.c[name] for name in COLUMNS),
        ).where(TALLY.c.phase == phase, ~there)  # fmt: skip
        if unit_id is not None:
            below = select(UNIT.c.id).where(UNIT.c.parent_id == unit_id)
            rows = rows.where((TALLY.c.unit_id == unit_id) | TALLY.c.unit_id.in_(below))
        self._connection.execute(insert(REPORT).from_select(names, rows))

    def thaw(self, phase: str) -> None:
        """The phase goes on after all: what was kept of its close no longer holds."""
        self._connection.execute(delete(REPORT).where(REPORT.c.phase == phase))

    def frozen(self, phase: str, kind: str, unit_ids: Sequence[int]) -> dict[int, Figures]:
        """The figures that were kept; a unit without any entry is not there."""
        rows = select(REPORT.c.unit_id, *(REPORT.c[name] for name in COLUMNS)).where(
            REPORT.c.phase == phase, REPORT.c.kind == kind, REPORT.c.unit_id.in_(unit_ids)
        )
        return {row[0]: Figures(*row[1:]) for row in self._connection.execute(rows)}

    def frozen_below(
        self, unit_id: int, phase: str, kind: str, measure: str, today: date, most: int
    ) -> list[Standing]:
        """Units directly below as they were kept, the furthest behind first, those without a target last."""
        figures = [func.coalesce(REPORT.c[name], 0) for name in COLUMNS]
        done = func.coalesce(REPORT.c["valid" if measure == "initiatives" else "people"], 0)
        aim = func.coalesce(AIM.c[measure], 0)
        behind = case((aim > 0, 1.0 * done / aim), else_=1e18)
        its = and_(REPORT.c.unit_id == UNIT.c.id, REPORT.c.phase == phase, REPORT.c.kind == kind)
        targets = and_(AIM.c.unit_id == UNIT.c.id, AIM.c.phase == phase)
        rows = (
            select(UNIT.c.id, UNIT.c.code, UNIT.c.name, AIM.c.initiatives, AIM.c.people, *figures)
            .select_from(UNIT.outerjoin(REPORT, its).outerjoin(AIM, targets))
            .where(UNIT.c.parent_id == unit_id, UNIT.c.valid_to.is_(None) | (UNIT.c.valid_to > today))
            .order_by(behind, done, UNIT.c.code)
            .limit(most)
        )
        found = self._connection.execute(rows)
        return [Standing(r[0], r[1], r[2], Figures(*r[5:]), r[3], r[4], 0) for r in found]

    def reports(self, phase: str, kind: str) -> int:
        """How many units' figures were kept."""
        rows = select(func.count()).select_from(REPORT).where(REPORT.c.phase == phase, REPORT.c.kind == kind)
        return int(self._connection.execute(rows).scalar_one())


def _named(key: Key) -> dict[str, str]:
    return {"its_kind": key[0], "its_phase": key[1], "its_offset": key[2]}


def _begins(prefix: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OUTBOX.c.once >= prefix, OUTBOX.c.once < prefix[:-1] + chr(ord(prefix[-1]) + 1)
