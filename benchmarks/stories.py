"""Stories of one's own: every talk tells of another improvement, as long as the example in `questions`.

When everybody types the same words, whatever looks for look-alikes finds nothing else; people do not.
Standard library only; the same number always gives the same story.
"""

from __future__ import annotations

from random import Random


def _listed(words: str) -> list[str]:
    return " ".join(words.split()).split(", ")


THINGS = _listed("""
cuộn vải, bao xi măng, thùng sơn, khung cửa, tấm tôn, ống nước, bó thép, dây điện, kiện giấy, can dầu,
vỏ chai, khay trứng, rổ cá, mâm cơm, bàn ghế, màn hình, van hơi, mũi khoan, lưỡi cưa, bánh răng, lốp xe,
bình gas, mẻ gạch, lô hàng, tập hồ sơ, phiếu kho, mẫu nước, hạt giống, phân bón, cây con
""")
PLACES = _listed("""
ở bàn cắt, trong kho lạnh, ngoài sân phơi, trên tầng ba, dưới hầm, cạnh lò hơi, ở cổng phụ, tại trạm
cân, trong xưởng mộc, ở phòng thử, trên giàn giáo, bên bờ kênh, ở nhà bếp, tại quầy phát thuốc, trong
lớp học, ở bãi xe, trên dây chuyền hai, ở chuồng nuôi, trong buồng sơn, ở bến bốc xếp
""")
TOILS = _listed("""
khiêng tay, đẩy xe rùa, ghi sổ giấy, chép lại ba lần, dò từng mã, lau bằng giẻ, cân từng bao, vặn từng
ốc, bơm bằng tay, gọi điện hỏi, xếp theo trí nhớ, cắt bằng kéo, soi bằng mắt, trộn bằng xẻng, leo thang,
chờ thợ điện, mượn máy tổ khác, đo bằng thước dây, buộc bằng dây thừng, phơi ngoài nắng
""")
TROUBLES = _listed("""
Trời ẩm thì mép bị ố phải bỏ, đau lưng nhiều, hay nhầm số lượng, bụi bay khắp chỗ, cuối ca mới biết
thiếu, dễ trượt ngã khi mưa, hàng bị xước phải làm lại, khách đợi lâu rồi bỏ đi, mất điện là dừng cả dây
chuyền, dầu chảy ra nền, máy nóng quá phải nghỉ, người mới không biết làm, giấy tờ thất lạc, tiếng ồn
gây nhức đầu
""")
DEVICES = _listed("""
giá lăn, xe đẩy gập, bảng màu, tủ quay, máng trượt, tời điện, khuôn gá, hộp đếm, bàn xoay, cữ chặn, phễu
rót, kẹp nhanh, cảm biến báo đầy, tem mã vạch, sổ tay ảnh, tấm chắn bụi, van một chiều, quạt hút, đèn
báo ca, thang có lan can, giàn tưới, bộ lọc rời, thẻ treo, lịch nhắc, khay chia ô
""")
MATERIALS = _listed("""
sắt thừa, gỗ thông cũ, ống nhựa, tôn vụn, mica, lưới thép, xích xe hỏng, bìa cứng, phần mềm bảng tính,
động cơ máy giặt, lò xo phế liệu, cao su tấm, nhôm định hình, vải bạt, tre già, thùng phuy
""")
PURPOSES = _listed("""
lăn đến tận nơi rồi kéo ra, giữ cho khỏi đổ, báo trước khi hết, tách bụi khỏi hàng, đổi cỡ trong một
phút, nhìn một lần là biết, nâng lên ngang hông, gom nước thải về bể, đếm thay cho người, khóa lại khi
mở nắp, làm nguội dần, chia đều từng phần, quay đúng góc, nhắc người trực, tháo ra rửa được
""")
GAINS = _listed("""
không ai còn đau lưng, lỗi giảm hẳn, nền xưởng khô ráo, khách khen nhanh, tiết kiệm một phần ba điện,
người mới làm được ngay, không phải tăng ca, bớt một chuyến xe mỗi ngày, hàng trả về còn một nửa
""")


def story(number: int) -> dict[str, str]:
    """What one person tells in one talk: before, after, effect and title."""
    draw = Random(number)
    thing, place, device = draw.choice(THINGS), draw.choice(PLACES), draw.choice(DEVICES)
    toil, other_toil = draw.sample(TOILS, 2)
    trouble, other_trouble = draw.sample(TROUBLES, 2)
    purpose, other_purpose = draw.sample(PURPOSES, 2)
    people, metres, minutes = draw.randint(2, 9), draw.randint(12, 90), draw.randint(15, 95)
    return {
        "before": f"Việc làm {thing} {place} phải {toil} rồi {other_toil}, mỗi ca {people} người, quãng "
        f"đường gần {metres} mét. {trouble.capitalize()}; {other_trouble.lower()}, có tháng ba lượt nghỉ ốm.",
        "after": f"Tổ tự đóng {device} bằng {draw.choice(MATERIALS)} cho {thing}, để {purpose}. "
        f"Thêm một tấm {draw.choice(MATERIALS)} {place} để {other_purpose}, nên không phải {toil} nữa.",
        "effect": f"Mỗi ca bớt {minutes} phút chờ {thing}, {draw.choice(GAINS)}, {draw.choice(GAINS)}.",
        "title": f"{device.capitalize()} {thing} {place}",
    }
