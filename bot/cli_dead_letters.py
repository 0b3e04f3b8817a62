"""`sangkien dead-letters`: look at what could not be handled, give it a second chance, or drop it."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands import ConfigOption, configured, fail, opened, say

app = typer.Typer(help="Những tin không xử lý được.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="Số ở đầu dòng của lệnh list.")]


@app.command("list")
def list_all(config: ConfigOption = None) -> None:
    """Mỗi tin một dòng: số, lúc nào, kênh, số của tin, lý do."""
    database = opened(configured(config))
    with database.reading() as tx:
        for one in tx.dead_letters.all():
            say(f"{one.id}\t{one.at:%Y-%m-%dT%H:%M:%SZ}\t{one.channel}\t{one.event}\t{one.reason}")
    database.close()


@app.command()
def show(number: Number, config: ConfigOption = None) -> None:
    """Dấu vết của một tin: hỏng ở đâu trong chương trình; lời của người gửi không được giữ."""
    database = opened(configured(config))
    with database.reading() as tx:
        letter = tx.dead_letters.one(number)
    database.close()
    if letter is None:
        fail(f"Không có tin số {number}; xem: sangkien dead-letters list", 2)
    say(f"{letter.reason}\n{letter.trace}")


@app.command()
def retry(number: Number, config: ConfigOption = None) -> None:
    """Sau khi đã sửa lỗi: mời người gửi gửi lại tin này."""
    from bot import clock
    from handlers.second_chance import retry as second_chance

    database = opened(configured(config))
    with database.transaction() as tx:
        letter = tx.dead_letters.one(number)
        asked = letter is not None and second_chance(tx, letter, clock.now())
    database.close()
    if letter is None:
        fail(f"Không có tin số {number}; xem: sangkien dead-letters list", 2)
    say(
        "đã mời người gửi gửi lại" if asked else "không biết người gửi; tin sẽ được nhận nếu Telegram gửi lại"
    )


@app.command()
def drop(number: Number, config: ConfigOption = None) -> None:
    """Bỏ một tin khỏi danh sách."""
    database = opened(configured(config))
    with database.transaction() as tx:
        letter = tx.dead_letters.one(number)
        tx.dead_letters.drop(number)
    database.close()
    if letter is None:
        fail(f"Không có tin số {number}; xem: sangkien dead-letters list", 2)
    say("đã bỏ")
