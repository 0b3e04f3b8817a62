"""The workbook that somebody asked for in the talk, drawn with the rights they have at that moment."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.documents.drawn import Drawn
from bot.speech import Speech
from handlers.exporting import within
from handlers.programme import Programme
from storage.database import Database

# Messengers take no more than 50 MB from a bot.
MOST_BYTES = 49_000_000
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = {"vi": "sang-kien", "en": "initiatives"}


class NotTheirs(Exception):
    """They no longer may have it, or its unit is gone."""


class TooLarge(Exception):
    """No messenger takes it: `sangkien export` writes it, or a unit below is asked for."""


class Exported:
    """Draws workbooks from a view of the tables in which nothing changes meanwhile."""

    def __init__(self, speech: Speech, database: Database, programme: Programme) -> None:
        self._speech, self._database, self._programme = speech, database, programme

    def __call__(self, params: Mapping[str, Any], language: str) -> Drawn:
        """For worker `params["worker"]`, of unit `params["unit"]`, as asked at `params["at"]`.

        Raises NotTheirs and TooLarge.
        """
        from bot.documents.initiative_book import Scope, write_book

        at, out = datetime.fromisoformat(params["at"]), io.BytesIO()
        with self._database.reading() as tx:
            unit = tx.units.by_id(params["unit"])
            held = within(tx, params["worker"], params["unit"], at)
            if unit is None or held is None:
                raise NotTheirs
            units, role = held
            said = "export.units_own" if role == "lead" else "export.units_below"
            right = {"role": {"$": "text", "key": f"role.{role}"}}
            where = (said, {"unit": unit.name})
            scope = Scope(self._programme, at, units, where, ("export.by_role", right))
            write_book(out, tx, scope, self._speech, language)
        if out.tell() > MOST_BYTES:
            raise TooLarge
        stem = NAMES.get(language, NAMES["vi"])
        name = f"{stem}-{unit.code}-{self._programme.local_day(at).isoformat()}.xlsx"
        return Drawn(out.getvalue(), name, SHEET, personal=True)
