"""What secrecy costs: sealing and opening a text of 20,000 characters, an open draft, a file of 20 MB.

`python -m benchmarks.sealing`. In memory, one thread; the rows and files around it are not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from benchmarks.tables import table
from storage.vault import Vault, new_key

LENGTH, ROUNDS, FILE = 20_000, 500, 20_000_000


def spent(work: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round, sorted."""
    found = []
    for _ in range(rounds):
        begun = perf_counter()
        work()
        found.append((perf_counter() - begun) * 1_000)
    return sorted(found)


def main() -> None:
    key = new_key()
    vault = Vault(lambda: [key])
    words = ("Cuộn vải để dưới đất, mỗi ca hai người khiêng. " * 500)[:LENGTH]
    content, ordinary = b"x" * FILE, {"sealed": False, "answers": {}}
    whole = {"sealed": True, "answers": {"before": {"value": words, "typed": [["1:1", words]]}}}
    works: dict[str, tuple[Callable[[], object], int]] = {
        "20,000 characters, there and back": (lambda: vault.open(vault.seal({"before": words})), ROUNDS),
        "a draft of 20,000 (which keeps them twice)": (lambda: vault.open(vault.seal(whole)), ROUNDS),
        "an ordinary draft: asked, not sealed": (lambda: vault.kept(ordinary), ROUNDS),
        "20 MB, there and back": (lambda: vault.open_bytes(vault.seal_bytes(content)), 5),
    }
    rows = []
    for name, (work, rounds) in works.items():
        work()
        took = spent(work, rounds)
        rows.append((name, f"{took[len(took) // 2]:.4f}", f"{took[int(len(took) * 0.95)]:.4f}"))
    table(("what", "median ms", "p95 ms"), rows)


if __name__ == "__main__":
    main()
