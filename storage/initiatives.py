"""Initiatives that were submitted, their authors, their versions and the codes they carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import UpdateBase

from storage.attachments import Attachments
from storage.models import InitiativeVersion, metadata
from storage.prepared import Inserting, Prepared
from storage.upserts import insert_into
from storage.vault import Vault, is_sealed

INITIATIVE, AUTHOR = metadata.tables["initiative"], metadata.tables["author"]
SEQUENCE, ATTACHMENT = metadata.tables["sequence"], metadata.tables["attachment"]
VERSION = metadata.tables["initiative_version"]
CONTENT = ("before", "after", "conditions")  # the columns of what a sealed initiative keeps secret
UNIT, WORKER = metadata.tables["unit"], metadata.tables["worker"]


def _next(dialect: str) -> UpdateBase:
    first = insert_into(dialect, SEQUENCE).values(series=bindparam("series"), last=1)
    again = first.on_conflict_do_update(index_elements=["series"], set_={"last": SEQUENCE.c.last + 1})
    return again.returning(SEQUENCE.c.last)


_NEXT = Prepared(_next)
_FIRST_TWO = Prepared(select(INITIATIVE.c.id).where(INITIATIVE.c.author_id == bindparam("worker")).limit(2))
_SUBMIT = Inserting(INITIATIVE)
_AUTHOR = Inserting(AUTHOR)
_ADOPT = Prepared(
    update(ATTACHMENT)
    .where(ATTACHMENT.c.draft_id == bindparam("draft"))
    .values(initiative_id=bindparam("initiative"))
)


UnitIds = Sequence[int] | Select[Any]
"""Row numbers of units: a few, or (of a tree of thousands) the question that finds them."""


def _chosen(units: UnitIds | None, phase: str | None) -> Iterator[ColumnElement[bool]]:
    if units is not None:
        yield INITIATIVE.c.unit_id.in_(units)
    if phase is not None:
        yield INITIATIVE.c.phase == phase


@dataclass(frozen=True, slots=True)
class InitiativeLine:
    """An initiative as its author's list shows it; what a sealed one says is opened one by one, by `own`."""

    id: int
    code: str
    title: str
    state: str
    submitted_at: datetime
    sealed: bool
    place: dict[str, Any]


class Initiatives:
    """Initiatives inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        self._files = Attachments(connection, vault)

    def next_number(self, series: str) -> int:
        """The next number of a series, never given twice."""
        return int(_NEXT.scalar(self._connection, {"series": series}))

    def of_draft(self, draft_id: int) -> InitiativeLine | None:
        """What a draft has already become."""
        return self._line(INITIATIVE.c.draft_id == draft_id)

    def own(self, worker_id: int, initiative_id: int) -> InitiativeLine | None:
        """One of a worker's own initiatives; None for anybody else's."""
        return self._line((INITIATIVE.c.author_id == worker_id) & (INITIATIVE.c.id == initiative_id))

    def one(self, initiative_id: int) -> InitiativeLine | None:
        """An initiative as its author sees it; who may see it is decided elsewhere."""
        return self._line(INITIATIVE.c.id == initiative_id)

    def _columns(self) -> Any:
        names = ("id", "code", "title", "state", "submitted_at", "sealed", "place")
        return select(*(INITIATIVE.c[name] for name in names))

    def _line(self, where: Any) -> InitiativeLine | None:
        row = self._connection.execute(self._columns().where(where)).first()
        line = None if row is None else InitiativeLine(*row)
        return line and replace(line, place=self._vault.open(line.place))

    def of(self, worker_id: int) -> list[InitiativeLine]:
        """A worker's initiatives, newest first."""
        rows = self._columns().where(INITIATIVE.c.author_id == worker_id).order_by(INITIATIVE.c.id.desc())
        lines = (InitiativeLine(*row) for row in self._connection.execute(rows))
        return [replace(line, place={}) if line.sealed else line for line in lines]

    def only_one(self, worker_id: int) -> bool:
        """Whether a worker has handed in one initiative and no more."""
        return len(_FIRST_TWO.all(self._connection, {"worker": worker_id})) == 1

    def content(self, initiative_id: int) -> dict[str, Any]:
        """What an initiative says, in clear; who may read it is decided elsewhere. Raises VaultClosed."""
        row = select(INITIATIVE.c.place).where(INITIATIVE.c.id == initiative_id)
        opened: dict[str, Any] = self._vault.open(self._connection.execute(row).scalar_one())
        return opened

    def fingerprint(self, initiative_id: int) -> tuple[str | None, datetime | None]:
        """The fingerprint of what it says now, and when it was taken."""
        row = select(INITIATIVE.c.fingerprint, INITIATIVE.c.fingerprint_at)
        found = self._connection.execute(row.where(INITIATIVE.c.id == initiative_id)).one()
        return found[0], found[1]

    def fingerprints(self, initiative_id: int) -> list[tuple[datetime, str]]:
        """Every fingerprint that was taken of it, the oldest first."""
        taken = [
            select(table.c.fingerprint_at, table.c.fingerprint).where(key == initiative_id)
            for table, key in ((VERSION, VERSION.c.initiative_id), (INITIATIVE, INITIATIVE.c.id))
        ]
        rows = (tuple(row) for one in taken for row in self._connection.execute(one))
        return sorted((at, digest) for at, digest in rows if at is not None and digest is not None)

    def outline(self, initiative_id: int) -> dict[str, Any]:
        """What may be known of it without opening what is sealed, as values of the form's questions."""
        names = (
            "title",
            "effect",
            "kind",
            "benefit_vnd",
            "benefit_period",
            "applied_on",
            "applied_precision",
        )
        its = select(*(INITIATIVE.c[name] for name in names)).where(INITIATIVE.c.id == initiative_id)
        row = self._connection.execute(its).one()
        others = self.authors_of([initiative_id]).get(initiative_id, [])
        return {
            "title": row.title,
            "effect": row.effect,
            "kind": row.kind,
            "benefit": {"vnd": row.benefit_vnd, "period": row.benefit_period},
            "applied_on": {"day": row.applied_on.isoformat(), "precision": row.applied_precision},
            "coauthors": [list(one) for one in others],
        }

    def said_at(self, initiative_id: int, at: datetime | None) -> dict[str, Any] | None:
        """What it said at a moment before its last correction (None: just before that), in clear.

        None when it has not been corrected since. Raises VaultClosed.
        """
        its = select(VERSION.c.place).where(VERSION.c.initiative_id == initiative_id)
        if at is None:
            rows = its.order_by(VERSION.c.id.desc())
        else:
            rows = its.where(VERSION.c.replaced_at >= at).order_by(VERSION.c.id)
        row = self._connection.execute(rows.limit(1)).first()
        return None if row is None else self._vault.open(row[0])

    def submit(self, values: dict[str, Any], authors: Sequence[tuple[int | None, str, int]]) -> int:
        """Keep a new initiative with its authors (worker, name, share); its row number."""
        values = self._hidden(values)
        initiative_id = _SUBMIT.number(self._connection, values)
        self._set_authors(initiative_id, authors)
        self._adopt_files(initiative_id, values["draft_id"])
        return initiative_id

    def correct(
        self,
        line: InitiativeLine,
        values: dict[str, Any],
        authors: Sequence[tuple[int | None, str, int]],
        draft_id: int,
        now: datetime,
    ) -> None:
        """Keep what it said before as a version, and what it says now."""
        print_ = select(INITIATIVE.c.fingerprint, INITIATIVE.c.fingerprint_at)
        before = self._connection.execute(print_.where(INITIATIVE.c.id == line.id)).mappings().one()
        version = {"initiative_id": line.id, "place": self._vault.kept(line.place), "replaced_at": now}
        self._connection.execute(insert(InitiativeVersion).values(**version, **before))
        if values["sealed"]:
            self.seal_versions(line.id)
        changed = update(INITIATIVE).where(INITIATIVE.c.id == line.id)
        self._connection.execute(changed.values(**self._hidden(values)))
        self._connection.execute(AUTHOR.delete().where(AUTHOR.c.initiative_id == line.id))
        self._set_authors(line.id, authors)
        # The draft began with copies of the files, so what it has now is all there is.
        self._files.forget(ATTACHMENT.c.initiative_id == line.id)
        self._adopt_files(line.id, draft_id)

    def _hidden(self, values: dict[str, Any]) -> dict[str, Any]:
        """The columns of a sealed one hold no content: only its place does, as cipher text."""
        if not values["sealed"]:
            return values
        return {**values, **dict.fromkeys(CONTENT), "place": self._vault.kept(values["place"])}

    def mark_interrupted(self, draft_id: int) -> None:
        """What this draft has become was handed in while the bot was away over the close."""
        became = INITIATIVE.c.draft_id == draft_id
        self._connection.execute(update(INITIATIVE).where(became).values(interrupted=True))

    def seal_versions(self, initiative_id: int) -> None:
        """What it said before it was sealed is as secret as what it says now."""
        rows = select(VERSION.c.id, VERSION.c.place).where(VERSION.c.initiative_id == initiative_id)
        for number, place in self._connection.execute(rows).all():
            if not is_sealed(place):
                changed = update(VERSION).where(VERSION.c.id == number)
                self._connection.execute(changed.values(place=self._vault.seal(place)))

    def _set_authors(self, initiative_id: int, authors: Sequence[tuple[int | None, str, int]]) -> None:
        rows = [
            {
                "initiative_id": initiative_id,
                "position": position,
                "worker_id": who,
                "name": name,
                "share": share,
            }
            for position, (who, name, share) in enumerate(authors)
        ]
        _AUTHOR.of(rows[0]).many(self._connection, rows)

    def _adopt_files(self, initiative_id: int, draft_id: int) -> None:
        _ADOPT.run(self._connection, {"draft": draft_id, "initiative": initiative_id})

    def places(self, after: int, most: int) -> list[tuple[int, dict[str, Any]]]:
        """The next `most` initiatives with numbers above `after` and what they say."""
        rows = select(INITIATIVE.c.id, INITIATIVE.c.place).where(
            INITIATIVE.c.id > after, INITIATIVE.c.state != "withdrawn"
        )
        found = self._connection.execute(rows.order_by(INITIATIVE.c.id).limit(most))
        return [(number, place) for number, place in found]

    def export(self, units: UnitIds | None = None, phase: str | None = None) -> Iterator[RowMapping]:
        """Every initiative in order of its number, with its unit's code and name and its author's name."""
        # Not its place: that is as much again, and of a sealed one it is the secret itself.
        own = (column for column in INITIATIVE.c if column.name != "place")
        rows = (
            select(
                *own, UNIT.c.code.label("unit"), UNIT.c.name.label("unit_name"), WORKER.c.name.label("author")
            )
            .join(UNIT, UNIT.c.id == INITIATIVE.c.unit_id)
            .join(WORKER, WORKER.c.id == INITIATIVE.c.author_id)
            .order_by(INITIATIVE.c.id)
        )
        chosen = rows.where(*_chosen(units, phase))
        # The wish for blocks belongs to this statement; the connection goes on as it was.
        yield from self._connection.execute(chosen.execution_options(yield_per=500)).mappings()

    def count(self, units: UnitIds | None = None, phase: str | None = None) -> int:
        """How many there are of these units and this phase."""
        rows = select(func.count()).select_from(INITIATIVE).where(*_chosen(units, phase))
        return int(self._connection.execute(rows).scalar_one())

    def authors_of(self, initiative_ids: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
        """The authors of initiatives, who sent it first: name and share in hundredths of a per cent."""
        found: dict[int, list[tuple[str, int]]] = {}
        rows = select(AUTHOR.c.initiative_id, AUTHOR.c.name, AUTHOR.c.share).where(
            AUTHOR.c.initiative_id.in_(initiative_ids)
        )
        for initiative_id, name, share in self._connection.execute(rows.order_by(AUTHOR.c.position)):
            found.setdefault(initiative_id, []).append((name, share))
        return found
