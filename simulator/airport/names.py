"""In: a kind of tenant and a number. Out: an invented name in two languages. Pure.

Nobody of these exists; where a name does, it is an accident. Addresses end in `.example`, which
never receives mail.
"""

from __future__ import annotations

from collections.abc import Sequence

_NAMES: dict[str, Sequence[tuple[str, str]]] = {
    "shop": (
        ("Blue Kettle Gifts", "蓝壶礼品"),
        ("Harbour Books", "海港书店"),
        ("Lantern Duty Free", "灯笼免税店"),
        ("Silk Road Fashion", "丝路服饰"),
        ("Pearl Watches", "珍珠钟表"),
        ("Bamboo Toys", "竹马玩具"),
        ("Seagull Travel Goods", "海鸥旅行用品"),
        ("Red Maple Pharmacy", "红枫药房"),
        ("Cloud Electronics", "云端数码"),
        ("Osmanthus Sweets", "桂花糖铺"),
    ),
    "food": (
        ("Kapok Noodles", "木棉面馆"),
        ("Morning Dew Coffee", "晨露咖啡"),
        ("Jade Dragon Dumplings", "玉龙饺子"),
        ("Runway Grill", "跑道烤肉"),
        ("Lotus Tea House", "荷塘茶馆"),
        ("Gate One Bakery", "一号口烘焙"),
        ("Rice and River", "江米人家"),
    ),
    "airline": (
        ("Kapok Airlines", "木棉航空"),
        ("Pearl Bay Air", "珍珠湾航空"),
        ("Cloud Ridge Airways", "云岭航空"),
        ("Monsoon Express", "季风快运航空"),
        ("Golden Heron Airlines", "金鹭航空"),
    ),
    "ground": (
        ("Apron Services", "机坪地面服务"),
        ("Sky Pantry Catering", "空厨配餐"),
        ("South Gate Cargo", "南门货运"),
        ("Swift Ramp Handling", "迅捷地勤"),
    ),
    "site": (
        ("North Pier extension", "北指廊扩建工地"),
        ("Taxiway renewal", "滑行道改造工地"),
        ("Metro link works", "地铁接驳工程"),
    ),
    "hotel": (("Airport Garden Hotel", "空港花园酒店"), ("Transit Inn", "过境旅馆")),
}
KINDS = tuple(_NAMES)
"""Kinds of tenants."""


def tenant_name(kind: str, number: int, *, language: str) -> str:
    """Return the name of a tenant; a name that comes again bears a number.

    Args:
        kind: One of KINDS.
        number: From 0.
        language: "en" or "zh".
    """
    names = _NAMES[kind]
    again, place = divmod(number, len(names))
    name = names[place][0 if language == "en" else 1]
    return name if again == 0 else f"{name} {again + 1}"
