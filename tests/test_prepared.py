"""A prepared statement does what it would do the ordinary way, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError, NoResultFound, ProgrammingError, SQLAlchemyError

from storage.database import Database
from storage.models import metadata
from storage.prepared import Inserting, NotPreparable, Prepared, executed

OUTBOX, SETTING, UNIT = (metadata.tables[name] for name in ("outbox", "setting", "unit"))
NOON = datetime(2026, 5, 1, 12, 30, 15, 123456, tzinfo=UTC)
MESSAGE: dict[str, Any] = {
    "channel": "telegram",
    "address": "7",
    "chat_id": None,
    "language": "vi",
    "body": {"key": "menu", "params": {"name": "100 % đúng"}},
    "slot": None,
    "created_at": NOON,
    "due_at": NOON,
}
READ = select(
    OUTBOX.c.body, OUTBOX.c.due_at, OUTBOX.c.slot, OUTBOX.c.state, OUTBOX.c.tries, OUTBOX.c.expires_at
)


def test_values_and_defaults_come_back_as_the_ordinary_way_reads_them(database: Database) -> None:
    with database.transaction() as tx:
        Inserting(OUTBOX).of(MESSAGE).run(tx.connection, MESSAGE)
        prepared = Prepared(READ).all(tx.connection, {})
        ordinary = [tuple(row) for row in tx.connection.execute(READ)]
    assert prepared == ordinary == [(MESSAGE["body"], NOON, None, "waiting", 0, None)]


def test_rows_given_together_are_all_kept(database: Database) -> None:
    rows = [{**MESSAGE, "slot": "album:1"}, {**MESSAGE, "slot": "album:2"}]
    with database.transaction() as tx:
        Inserting(OUTBOX).of(rows[0]).many(tx.connection, rows)
        slots = tx.connection.execute(select(OUTBOX.c.slot).order_by(OUTBOX.c.id)).scalars().all()
    assert slots == ["album:1", "album:2"]


def test_a_value_that_is_none_is_written_as_null(database: Database) -> None:
    clear = Prepared(update(OUTBOX).where(OUTBOX.c.id == bindparam("row")).values(slot=bindparam("new_slot")))
    with database.transaction() as tx:
        row = {**MESSAGE, "slot": "pieces"}
        number = Inserting(OUTBOX).number(tx.connection, row)
        clear.run(tx.connection, {"row": number, "new_slot": None})
        assert tx.connection.execute(select(OUTBOX.c.slot)).scalar_one() is None


def test_rows_are_numbered_and_what_is_there_already_has_no_new_number(database: Database) -> None:
    with database.transaction() as tx:
        first, second = (Inserting(OUTBOX).number(tx.connection, MESSAGE) for _ in range(2))
        numbers = tx.connection.execute(select(OUTBOX.c.id).order_by(OUTBOX.c.id)).scalars().all()
        heard = [tx.heard.first_time("telegram", "1000", event, NOON) for event in ("1", "2", "1", "3")]
    assert [first, second] == numbers
    assert heard == [True, True, False, True]


def test_a_value_that_is_not_given_is_an_error_rather_than_null(database: Database) -> None:
    wanted = Prepared(select(SETTING.c.value).where(SETTING.c.name == bindparam("called")))
    with database.transaction() as tx, pytest.raises(KeyError, match="called"):
        wanted.run(tx.connection, {})


def test_a_percent_sign_in_a_statement_is_only_a_percent_sign(database: Database) -> None:
    wanted = Prepared(select(SETTING.c.value).where(SETTING.c.name.like("100 %%"), SETTING.c.value == "5 %"))
    with database.transaction() as tx:
        tx.heard.settle_setting("100 % đúng", "5 %")
        assert wanted.scalar(tx.connection, {}) == "5 %"


def test_no_row_is_none_to_first_and_an_error_to_scalar(database: Database) -> None:
    wanted = Prepared(select(SETTING.c.value).where(SETTING.c.name == bindparam("called")))
    with database.transaction() as tx:
        assert wanted.first(tx.connection, {"called": "nobody"}) is None
        with pytest.raises(NoResultFound):
            wanted.scalar(tx.connection, {"called": "nobody"})


def test_the_drivers_error_is_named_as_usual_and_tells_no_value(database: Database) -> None:
    once = {"name": "secret", "value": "what a person wrote"}
    adding = Inserting(SETTING).of(once)
    with pytest.raises(IntegrityError) as failed, database.transaction() as tx:
        adding.run(tx.connection, once)
        adding.run(tx.connection, once)
    assert "what a person wrote" not in str(failed.value)
    with database.reading() as tx:
        assert tx.heard.setting("secret") is None


def test_many_rows_fail_under_the_usual_name(database: Database) -> None:
    once = {"name": "secret", "value": ""}
    with pytest.raises(IntegrityError), database.transaction() as tx:
        Inserting(SETTING).of(once).many(tx.connection, [once, once])


def test_a_connection_that_is_gone_is_let_go_of(request: pytest.FixtureRequest) -> None:
    opened: Database = request.getfixturevalue("postgres")
    with pytest.raises(SQLAlchemyError) as failed, opened.transaction() as tx, tx.savepoint():
        executed(tx.connection, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert getattr(failed.value, "connection_invalidated", False)
    with opened.transaction() as tx:
        assert executed(tx.connection, "SELECT 1").fetchone() == (1,)


def test_a_list_is_refused_when_it_is_prepared_rather_than_misread(database: Database) -> None:
    listed = Prepared(select(UNIT.c.id).where(UNIT.c.id.in_([1, 2])))
    with database.transaction() as tx, pytest.raises(NotPreparable):
        listed.all(tx.connection, {})


def test_savepoints_inside_each_other_undo_only_what_is_inside(database: Database) -> None:
    with database.transaction() as tx:
        with tx.savepoint():
            tx.heard.settle_setting("kept", "1")
            with pytest.raises(ZeroDivisionError), tx.savepoint():
                tx.heard.settle_setting("undone", "1")
                raise ZeroDivisionError
            with (
                pytest.raises(ProgrammingError if not database.is_sqlite else SQLAlchemyError),
                tx.savepoint(),
            ):
                executed(tx.connection, "SELECT nothing FROM nowhere")
        tx.heard.settle_setting("after", "1")
    with database.reading() as tx:
        assert [tx.heard.setting(name) for name in ("kept", "undone", "after")] == ["1", None, "1"]
