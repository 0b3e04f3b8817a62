"""The table by which look-alikes are found: numbers that texts of the same improvement share."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from storage.types import Id


class LikenessKey(SQLModel, table=True):
    """One key of one initiative that is not sealed; the key says nothing without the text it was made of."""

    __tablename__ = "likeness_key"
    __table_args__ = {"sqlite_with_rowid": False}
    key: int | None = Field(default=None, sa_type=Id, primary_key=True)
    initiative_id: int | None = Field(
        default=None, foreign_key="initiative.id", sa_type=Id, primary_key=True, index=True
    )
