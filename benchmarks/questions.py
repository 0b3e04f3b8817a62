"""The ten questions every bot under measurement asks, and what the typists answer; standard library only."""

from __future__ import annotations

# The key of each question and its words; the words are as long as ours, so that every bot sends as much.
QUESTIONS = (
    ("before", "Trước đây công việc này làm thế nào, vướng ở đâu?"),
    ("after", "Anh/chị đã thay đổi điều gì?"),
    ("effect", "Kết quả ra sao: nhanh hơn, đỡ mệt, bớt lỗi, an toàn hơn…?"),
    (
        "benefit",
        "Mỗi năm (hoặc mỗi tháng) làm lợi khoảng bao nhiêu tiền? Ví dụ: 4,98 tỷ/năm, 15 triệu/tháng.",
    ),
    ("applied_on", "Bắt đầu áp dụng từ ngày nào? Ví dụ: 25/2/2022, tháng 9/2022, hôm qua."),
    ("kind", "Sáng kiến thuộc loại nào?"),
    ("title", "Đặt tên ngắn cho sáng kiến."),
    ("coauthors", "Ai cùng làm, mỗi người bao nhiêu phần trăm? Ví dụ: Trần Thị Diệu 30%."),
    ("conditions", "Muốn áp dụng ở nơi khác thì cần điều kiện gì (máy móc, tay nghề, chi phí…)?"),
    ("submit", "Đúng rồi thì bấm “Nộp”."),
)
KINDS = (
    "Giải pháp kỹ thuật",
    "Giải pháp quản lý",
    "Giải pháp tác nghiệp",
    "Ứng dụng tiến bộ kỹ thuật",
    "Đề tài nghiên cứu",
)
SUBMIT = "📤 Nộp"
RECEIPT = "✅ Đã nhận sáng kiến của anh/chị."
BUTTONS = {"kind": KINDS, "submit": (SUBMIT,)}

ANSWERS = {
    "before": "Cuộn vải để dưới đất, mỗi ca hai người khiêng ra bàn cắt, quãng đường gần ba mươi mét. "
    "Trời ẩm thì vải bị ố ở mép, phải cắt bỏ; người khiêng đau lưng, có tháng ba lượt nghỉ ốm.",
    "after": "Tổ tự đóng giá bằng sắt thừa, có bốn bánh xe và trục quay để lăn cuộn vải. Một người đẩy giá "
    "đến bàn rồi kéo vải ra, không phải nhấc. Giá cao hơn nền hai gang nên vải không bị ẩm.",
    "effect": "Mỗi ca bớt 40 phút chờ vải, bớt một người khiêng, vải ố giảm hẳn, không ai còn đau lưng.",
    "benefit": "4,98 tỷ đồng/năm",
    "applied_on": "25/2/2022",
    "kind": KINDS[0],
    "title": "Giá lăn cuộn vải",
    "coauthors": "Trần Thị Diệu 30%, Lý Thanh Sang 20%",
    "conditions": "Nền xưởng phẳng, cửa rộng từ một mét hai; một thợ hàn làm trong hai ngày.",
    "submit": SUBMIT,
}
