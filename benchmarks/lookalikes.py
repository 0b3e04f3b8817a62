"""How well look-alikes are told apart, and what finding one costs among a million.

`python -m benchmarks.lookalikes` fits the weights of `handlers/likeness.py` anew and judges pairs that the
weights have not seen (five folds, many times). With `--rows N` it also fills a database with N initiatives
and times the search.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from handlers.likeness import FEWEST_KEPT, KEYS_ASKED, Portrait, alikeness, features, keys_of
from handlers.lookalikes import LOOKED_AT
from storage.database import Database
from storage.likeness import CROWD
from storage.upgrade import upgrade_database

NOW = "2023-08-15 02:00:00.000000"
PAIRS = Path(__file__).parent.parent / "tests" / "data" / "pairs.jsonl"
Row = tuple[Sequence[float], bool]


def _portrait(plain: dict[str, Any]) -> Portrait:
    return Portrait(plain["title"], plain["before"] or "", plain["after"] or "")


def fit(rows: Sequence[Row], *, penalty: float = 2.0, rounds: int = 400) -> tuple[float, list[float]]:
    """Bias and weights of a logistic regression with a quadratic penalty, by plain gradient descent."""
    columns = list(zip(*(values for values, _ in rows), strict=True))
    means = [statistics.fmean(column) for column in columns]
    spreads = [statistics.pstdev(column) or 1.0 for column in columns]
    scaled = [
        ([(v - m) / s for v, m, s in zip(values, means, spreads, strict=True)], same) for values, same in rows
    ]
    bias, weights, pace = 0.0, [0.0] * len(means), 4.0 / len(rows)
    for _ in range(rounds):
        off = [
            _chance(bias + sum(w * v for w, v in zip(weights, values, strict=True))) - same
            for values, same in scaled
        ]
        bias -= pace * sum(off)
        for place in range(len(weights)):
            slope = sum(o * values[place] for o, (values, _) in zip(off, scaled, strict=True))
            weights[place] -= pace * (slope + penalty * weights[place])
    plain = [w / s for w, s in zip(weights, spreads, strict=True)]
    return bias - sum(w * m for w, m in zip(plain, means, strict=True)), plain


def _chance(drawn: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, drawn))))


def out_of_fold(pairs: Sequence[dict[str, Any]], *, folds: int = 5, times: int = 4) -> float:
    """F1 over pairs that the weights which judge them have not seen; the mean of several divisions."""
    rows = [(features(_portrait(p["a"]), _portrait(p["b"])), p["label"] == "same") for p in pairs]
    found = []
    for seed in range(times):
        order = list(range(len(rows)))
        random.Random(seed).shuffle(order)
        right = wrong = missed = 0
        for fold in range(folds):
            held = set(order[fold::folds])
            bias, weights = fit([row for number, row in enumerate(rows) if number not in held])
            for number in held:
                values, same = rows[number]
                said = bias + sum(w * v for w, v in zip(weights, values, strict=True)) > 0
                right, wrong, missed = (
                    right + (said and same),
                    wrong + (said and not same),
                    missed + (same and not said),
                )
        found.append(2 * right / (2 * right + wrong + missed))
    return statistics.fmean(found)


def filled(database: Database, rows: int, texts: Sequence[Portrait]) -> None:
    """A body of initiatives whose every key is as crowded as a key may be: the worst there can be."""
    with database.transaction() as tx:
        run = tx.connection.exec_driver_sql
        # Not used by the search, and making it would take most of the time.
        run("DROP INDEX ix_likeness_key_initiative_id")
        run("INSERT INTO unit (id, code, name, level, created_at) VALUES (1, 'u', 'u', '', ?)", (NOW,))
        run("INSERT INTO worker (id, name, language, created_at) VALUES (1, 'w', 'vi', ?)", (NOW,))
        columns = "id, code, unit_id, author_id, phase, state, sealed, title, kind, before, after, effect"
        more = "benefit_in_money, applied_on, applied_precision, place, created_at, submitted_at"
        plain = (
            "?, 'SK-' || ?, 1, 1, 'gd1', 'submitted', 0, ?, 'technical', ?, ?, '', 0, ?, 'day', '{}', ?, ?"
        )
        statement = f"INSERT INTO initiative ({columns}, {more}) VALUES ({plain})"  # noqa: S608
        for first in range(1, rows + 1, 10_000):
            block = [(number, texts[number % len(texts)]) for number in range(first, first + 10_000)]
            day = (NOW[:10], NOW, NOW)
            run(statement, [(n, n, t.title, t.before, t.after, *day) for n, t in block if n <= rows])
        each = FEWEST_KEPT * rows // CROWD
        counting = "WITH RECURSIVE {0}(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM {0} WHERE n + 1 < {1})"
        spans = f"{counting.format('k', each)}, {counting.format('h', CROWD).removeprefix('WITH RECURSIVE ')}"
        holders = f"SELECT k.n, 1 + (k.n * 7919 + h.n * 99991) % {rows} FROM k, h"  # noqa: S608 - our own numbers
        run(f"INSERT OR IGNORE INTO likeness_key {spans} {holders}")


def searched(database: Database, rows: int, texts: Sequence[Portrait], times: int = 50) -> list[float]:
    """Milliseconds of processor time of whole searches: keys, those who share them, how alike they are."""
    took, keys = [], FEWEST_KEPT * rows // CROWD
    with database.reading() as tx:
        for number in range(times):
            portrait = texts[number % len(texts)]
            began = time.process_time()
            own = keys_of(portrait)[:KEYS_ASKED]
            asked = [key % keys for key in own]  # the keys of this body of texts are 0, 1, 2 …
            for one in tx.likeness.sharing(asked, LOOKED_AT):
                alikeness(portrait, Portrait(one.title, one.before or "", one.after or ""))
            took.append(1_000 * (time.process_time() - began))
    return took


def main() -> None:
    """Print how well unseen pairs are told apart; with `--rows`, what a search costs."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, nargs="*", default=[])
    rows_asked = asked.parse_args().rows
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    print(f"F1 of unseen pairs (5 folds, 10 divisions): {out_of_fold(pairs, times=10):.3f}")
    texts = [_portrait(pair[side]) for pair in pairs for side in "ab"]
    for rows in rows_asked:
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{folder}/likeness.db")
            upgrade_database(database)
            filled(database, rows, texts)
            took = searched(database, rows, texts)
            print(
                f"{rows:>9,} initiatives: median {statistics.median(took):.1f} ms, slowest {max(took):.1f} ms"
            )
            database.close()


if __name__ == "__main__":
    main()
