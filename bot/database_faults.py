"""What an operator is told of a database that does not work: a sentence for each fault, with the way out."""

from __future__ import annotations

from storage.faults import OTHER, fault_of

SENTENCES = {
    "locked": "cơ sở dữ liệu đang bị chương trình khác khóa; đóng chương trình đang mở nó (sqlite3, sao lưu…)"
    " rồi chạy lại",
    "read_only": "cơ sở dữ liệu chỉ đọc; cho tài khoản chạy bot quyền ghi vào tệp và thư mục chứa nó"
    " (PostgreSQL: trỏ [database].url tới máy chủ chính)",
    "full": "hết chỗ ghi cơ sở dữ liệu; dọn đĩa hoặc nới hạn mức rồi chạy lại, không mất gì đã lưu",
    "cannot_open": "không mở được tệp cơ sở dữ liệu; kiểm tra đường dẫn ở [database].url và quyền đọc, ghi",
    "broken_disk": "đĩa báo lỗi khi đọc hoặc ghi cơ sở dữ liệu; kiểm tra ổ đĩa, nếu cần thì"
    " khôi phục bản sao lưu",
    "damaged": "cơ sở dữ liệu bị hỏng; dừng bot, giữ lại tệp hỏng và khôi phục bản sao lưu gần nhất",
    "not_a_database": "tệp ở [database].url không phải cơ sở dữ liệu SQLite; sửa đường dẫn",
    "no_memory": "máy chủ cơ sở dữ liệu hết bộ nhớ; giải phóng bộ nhớ rồi chạy lại",
    "away": "không nối được tới máy chủ cơ sở dữ liệu; kiểm tra máy chủ đã chạy chưa, tên máy và cổng ở"
    " [database].url",
    "refused": "máy chủ cơ sở dữ liệu từ chối người dùng hoặc mật khẩu; sửa trong [database].url"
    " (hoặc SANGKIEN_DATABASE__URL)",
    "no_such_database": "máy chủ không có cơ sở dữ liệu này; tạo bằng createdb hoặc sửa tên ở [database].url",
    "no_rights": "người dùng cơ sở dữ liệu thiếu quyền; cấp quyền đọc, ghi và tạo bảng cho người dùng ở"
    " [database].url",
    "too_many_connections": "máy chủ cơ sở dữ liệu hết chỗ nối; đóng bớt kết nối hoặc tăng max_connections",
    "missing_table": "cơ sở dữ liệu thiếu bảng hoặc cột; chạy: sangkien db upgrade; nếu vẫn thiếu,"
    " khôi phục bản sao lưu",
    "wrong_encoding": "cơ sở dữ liệu không ghi chữ bằng UTF-8; tạo lại: createdb -E UTF8 -T template0 TÊN",
    "newer": "cơ sở dữ liệu do bản mới hơn của chương trình ghi; hãy nâng cấp chương trình này",
}  # fmt: skip


def sentence_on(error: BaseException) -> str:
    """One sentence with the way out, beginning with a small letter; nothing of the error's own words."""
    from storage.upgrade import NewerDatabase

    name = "newer" if isinstance(error, NewerDatabase) else fault_of(error)
    if name in SENTENCES:
        detail = f" ({error})" if name in ("newer", "wrong_encoding") else ""
        return SENTENCES[name] + detail
    if isinstance(error, PermissionError):
        return SENTENCES["cannot_open"]
    if isinstance(error, OSError):
        return f"không mở được tệp cơ sở dữ liệu ({error.strerror}); kiểm tra [database].url, quyền và đĩa"
    return f"không dùng được cơ sở dữ liệu ({type(error).__name__}); xem lại [database].url, quyền ghi và đĩa"


def short_name(error: BaseException) -> str:
    """For a log: the fault's name, or the kind of error when the database is not to blame."""
    name = fault_of(error)
    return type(error).__name__ if name == OTHER else name
