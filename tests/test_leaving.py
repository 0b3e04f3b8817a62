"""An answer that nothing goes before is claimed as it is promised; everything else waits for its turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from handlers.messages import Button, Note, Reply, moment, money
from handlers.promising import promise, promise_once
from storage.database import Database
from storage.models import metadata
from storage.people import Person
from storage.transaction import Transaction
from storage.vault import Vault, new_key

OUTBOX = metadata.tables["outbox"]
NOON = datetime(2026, 5, 1, 5, tzinfo=UTC)
LEASE = NOON + timedelta(minutes=1)
SAID = Reply(
    "mine.one",
    {"at": moment(NOON), "benefit": money(5_000_000, "year"), "title": "Giá lăn cuộn vải"},
    (Note("alike.head"), Note("submit.kept", {"count": 2})),
    ((Button("menu|mine|-", "button.mine"), Button("menu|new|-", "button.new", {"step": "x"})),),
)


def lan(tx: Transaction) -> Person:
    """Her as she is found when she writes."""
    person = tx.people.behind("telegram", "7")
    if person is None:
        tx.people.welcome("telegram", "7", "Lan", "vi", NOON)
        return lan(tx)
    return person


def states(tx: Transaction) -> list[str]:
    return list(tx.connection.execute(select(OUTBOX.c.state).order_by(OUTBOX.c.id)).scalars())


def claimed(tx: Transaction) -> list[int]:
    return [one.id for one in tx.outbox.claim(9, NOON, LEASE)]


def test_it_is_handed_out_exactly_as_it_would_be_read(database: Database) -> None:
    with database.transaction() as tx:
        person = lan(tx)
        tx.outbox.send_with_commit(LEASE)
        promise(tx, person, [SAID], NOON)
        assert states(tx) == ["claimed"]
        (at_once,) = tx.outbox.claim(9, NOON, LEASE)
        assert tx.outbox.claim(9, NOON, LEASE) == []  # only once
        tx.outbox.release(NOON)
        (read,) = tx.outbox.claim(9, NOON, LEASE)
    assert at_once == read and Reply.of(at_once.body) == Reply.of(read.body)


def test_where_nothing_is_sent_with_the_commit_it_waits(database: Database) -> None:
    with database.transaction() as tx:
        promise(tx, lan(tx), [SAID], NOON)
        assert states(tx) == ["waiting"]


@pytest.mark.parametrize("again", ["the same", "read before", "read after"])
def test_of_several_only_the_first_leaves(database: Database, again: str) -> None:
    with database.transaction() as tx:
        person, before = lan(tx), lan(tx)
        tx.outbox.send_with_commit(LEASE)
        promise(tx, person, [SAID, SAID], NOON)
        others = {"the same": person, "read before": before, "read after": lan(tx)}
        promise(tx, others[again], [SAID], NOON)
        assert states(tx) == ["claimed", "waiting", "waiting"]
        assert len(claimed(tx)) == 1


@pytest.mark.parametrize("state", ["waiting", "claimed"])
def test_what_was_promised_before_goes_first(database: Database, state: str) -> None:
    with database.transaction() as tx:
        promise(tx, lan(tx), [SAID], NOON)
        first = claimed(tx) if state == "claimed" else []
    with database.transaction() as tx:
        tx.outbox.send_with_commit(LEASE)
        promise(tx, lan(tx), [SAID], NOON)
        assert states(tx) == [state, "waiting"]
        assert len(first) + len(claimed(tx)) == 1


@pytest.mark.parametrize("given", [{"after": 1.5}, {"slot": "pieces", "after": 1.5}], ids=str)
def test_what_is_for_later_waits(database: Database, given: dict[str, Any]) -> None:
    with database.transaction() as tx:
        person = lan(tx)
        tx.outbox.send_with_commit(LEASE)
        promise(tx, person, [Reply("failure.again", **given)], NOON)
        assert states(tx) == ["waiting"]


def test_of_many_that_replace_each_other_the_first_leaves_and_the_last_waits(database: Database) -> None:
    with database.transaction() as tx:
        person = lan(tx)
        tx.outbox.send_with_commit(LEASE)
        for _ in range(4):
            promise(tx, person, [Reply("failure.again", slot="card")], NOON)
        assert states(tx) == ["claimed", "superseded", "superseded", "waiting"]


def test_what_nobody_asked_for_waits(database: Database) -> None:
    with database.transaction() as tx:
        person = lan(tx)
        tx.outbox.send_with_commit(LEASE)
        promise_once(tx, person, SAID, "before:1", NOON)
        assert states(tx) == ["waiting"]


def test_what_a_failed_handler_promised_is_not_handed_out(database: Database) -> None:
    with database.transaction() as tx:
        person = lan(tx)
        tx.outbox.send_with_commit(LEASE)
        with pytest.raises(RuntimeError), tx.savepoint():
            promise(tx, person, [SAID], NOON)
            raise RuntimeError
        assert (states(tx), claimed(tx)) == ([], [])


def test_what_is_promised_after_the_others_were_handed_out_waits(database: Database) -> None:
    with database.transaction() as tx:
        person = lan(tx)
        tx.outbox.send_with_commit(LEASE)
        assert claimed(tx) == []
        promise(tx, person, [SAID], NOON)
        assert states(tx) == ["waiting"]


def test_a_secret_answer_leaves_in_clear_and_is_kept_as_cipher_text(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    monkeypatch.setattr(database, "vault", Vault(lambda: [key]))
    with database.transaction() as tx:
        person = lan(tx)
        tx.outbox.send_with_commit(LEASE)
        promise(tx, person, [SAID.guarded()], NOON)
        (kept,) = tx.connection.execute(select(OUTBOX.c.body)).scalars()
        (leaving,) = tx.outbox.claim(9, NOON, LEASE)
    assert "Giá lăn" not in str(kept) and leaving.body["params"]["title"] == "Giá lăn cuộn vải"
