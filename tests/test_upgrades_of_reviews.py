"""A database with rows from before: entering for others, wishes, slow reviews, appeals, the support group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.review_queue import Desk
from storage.upgrade import _scripts, upgrade_database

AT = datetime(2023, 8, 15, 2, tzinfo=UTC)
UNIT = (
    "INSERT INTO unit (id, code, name, level, created_at) VALUES (1, 'A', 'A', '', '2023-08-15 02:00:00')",
    "INSERT INTO unit_above (unit_id, above_id, depth) VALUES (1, 1, 0)",
)
WORKERS = tuple(
    "INSERT INTO worker (id, name, language, consent, unit_id, created_at)"  # noqa: S608 - numbers of ours
    f" VALUES ({number}, 'N{number}', 'vi', '2', 1, '2023-08-15 02:00:00')"
    for number in (1, 2)
)
DRAFT = (
    "INSERT INTO draft (id, worker_id, unit_id, form, place, created_at, updated_at)"
    " VALUES (1, 1, 1, 'initiative', '{}', '2023-08-15 02:00:00', '2023-08-15 02:00:00')"
)
SENT = (
    "INSERT INTO initiative (id, code, unit_id, author_id, phase, state, sealed, title, kind, effect,"
    " benefit_in_money, applied_on, applied_precision, place, created_at, submitted_at, waiting_since,"
    " appealed_at) VALUES (:n, :code, 1, 1, 'gd2', 'submitted', :no, 't', 'technical', 'e', :no,"
    " '2023-01-01', 'day', '{}', '2023-08-15 02:00:00', '2023-08-15 02:00:00', '2023-08-15 02:00:00.000000',"
    " :appealed)"
)
GRANT = (
    "INSERT INTO role_grant (id, worker_id, unit_id, role, since)"
    " VALUES (100, 2, 1, 'officer', '2023-08-15 02:00:00')"
)
REFUSED = (
    "INSERT INTO move (initiative_id, at, actor_id, before, after)"
    " VALUES (2, '2023-08-15 03:00:00', 2, 'submitted', 'rejected')"
)
INVITED = (
    "INSERT INTO invitation (id, code_hash, role, unit_id, uses_left, expires_at, created_at, drawn)"
    " VALUES (1, 'h', 'lead', 1, 3, '2090-01-01 00:00:00', '2023-08-15 02:00:00', 'd')",
    "INSERT INTO invitation_use (invitation_id, worker_id, at) VALUES (1, 1, '2023-08-15 02:00:00')",
    "INSERT INTO claim (invitation_id, worker_id) VALUES (1, 1)",
)


def upgraded(older: Database, version: str, *more: str) -> None:
    """A database of that version: a unit, two people, a draft, two initiatives of which one was appealed."""
    config = _scripts()
    with older.schema_connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        for statement in (*UNIT, *WORKERS, DRAFT, GRANT, *more):
            connection.execute(text(statement))
        for number, appealed in ((1, None), (2, "2023-08-15 04:00:00")):
            given = {"n": number, "code": f"SK-{number}", "no": False, "appealed": appealed}
            connection.execute(text(SENT), given)
        connection.commit()
    upgrade_database(older)


def held(older: Database, query: str) -> list[Sequence[Any]]:
    with older.reading() as tx:
        return [tuple(row) for row in tx.connection.execute(text(query)).all()]


def test_who_was_there_is_no_mere_name_and_what_was_sent_was_typed_by_its_author(older: Database) -> None:
    upgraded(older, "0013")
    with older.transaction() as tx:
        assert [whom.placeholder for n in (1, 2) if (whom := tx.entered.whom(n))] == [False, False]
        assert tx.entered.of(1) is None and not tx.entered.unconfirmed(1)
        assert [line.for_other for line in tx.drafts.of(1)] == [False]
        tx.entered.note(1, 2, 1, AT)
        assert tx.entered.unconfirmed(1) and tx.entered.count_by(2) == 1
    assert held(older, "SELECT name FROM worker ORDER BY id") == [("N1",), ("N2",)]


def test_nobody_has_wished_anything_before_wishes_were_asked(older: Database) -> None:
    upgraded(older, "0014")
    assert held(older, "SELECT count(*) FROM reminder_choice") == [(0,)]
    assert held(older, "SELECT count(*) FROM unit_quiet") == [(0,)]
    assert held(older, "SELECT count(*) FROM initiative") == [(2,)]


def test_what_had_waited_long_is_told_once_after_the_upgrade(older: Database) -> None:
    upgraded(older, "0015")
    with older.transaction() as tx:
        found = tx.slow_reviews.untold("reviewer", AT + timedelta(days=9), 10)
        assert [one.code for one in found] == ["SK-1", "SK-2"]
        assert [tx.slow_reviews.mark(one, "reviewer", AT) for one in found] == [True, True]
        assert tx.slow_reviews.untold("reviewer", AT + timedelta(days=9), 10) == []
        assert not tx.slow_reviews.mark(found[0], "reviewer", AT)


def test_an_appeal_from_before_is_not_in_the_queue_of_whoever_refused_it(older: Database) -> None:
    upgraded(older, "0016")
    with older.transaction() as tx:
        tx.connection.execute(text(REFUSED))
    with older.reading() as tx:
        assert [item.code for item in tx.review_queue.page(Desk(2, over=(1,)), 10)] == ["SK-1"]
        assert [item.code for item in tx.review_queue.page(Desk(9, over=(1,)), 10)] == ["SK-1", "SK-2"]
        assert tx.reviews.refusers(2) == [2] and tx.reviews.refusers(1) == []
    with older.schema_connection() as connection:
        names = {index["name"] for index in inspect(connection).get_indexes("initiative")}
        assert {"ix_initiative_appealed", "ix_initiative_queue", "ix_initiative_waiting"} <= names


def test_roles_and_invitations_stay_with_what_hangs_on_them_and_one_more_role_is_taken(
    older: Database,
) -> None:
    upgraded(older, "0017", *INVITED)
    assert held(older, "SELECT worker_id, role FROM role_grant") == [(2, "officer")]
    assert held(older, "SELECT role, uses_left, drawn FROM invitation") == [("lead", 3, "d")]
    assert held(older, "SELECT invitation_id, worker_id FROM invitation_use") == [(1, 1)]
    assert held(older, "SELECT invitation_id, worker_id FROM claim") == [(1, 1)]
    with older.transaction() as tx:
        assert tx.roles.grant(1, "supporter", 1, AT)
    for wrong in (
        "UPDATE role_grant SET role = 'king'",
        "UPDATE invitation SET uses_left = -1",
        "UPDATE invitation SET role = 'king'",
        "DELETE FROM invitation",
        "INSERT INTO invitation (id, code_hash, role, unit_id, uses_left, expires_at, created_at)"
        " VALUES (2, 'h', 'lead', 1, 3, '2090-01-01 00:00:00', '2023-08-15 02:00:00')",
    ):
        with pytest.raises(IntegrityError), older.transaction() as tx:
            tx.connection.execute(text(wrong))
