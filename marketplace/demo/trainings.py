"""Notes and quizzes of the demo, in English and simplified Chinese; the first choice is the right one."""

from dataclasses import dataclass

Both = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Quiz:
    """A category's note and questions, each with its choices."""

    is_required: bool
    note: Both
    questions: tuple[tuple[Both, tuple[Both, ...]], ...]


TRAININGS: dict[str, Quiz] = {
    "cleaning": Quiz(
        is_required=True,
        note=(
            "You work in somebody's home. Say who you are, and walk through the rooms together first.\n\n"
            "Never mix bleach with acid or ammonia. Use one cloth for the bathroom and another for the kitchen.\n\n"
            "What breaks is said at once, with a photo. Keys are never labelled with an address.",
            "您在别人的家里工作。先按铃、说明身份，开始前一起查看各房间。\n\n"
            "切勿将漂白剂与酸性或含氨产品混用。厨房与浴室分用抹布。\n\n"
            "损坏物品立即告知并拍照。钥匙上不写地址。",
        ),
        questions=(
            (
                ("Which may be mixed with bleach?", "漂白剂可以与什么混用？"),
                (
                    ("Nothing but water", "只能兑水"),
                    ("Vinegar, for limescale", "醋，用于除垢"),
                    ("Ammonia, for windows", "氨水，用于擦窗"),
                ),
            ),
            (
                ("A vase breaks while the customer is out. You…", "顾客不在时打碎了花瓶，您应该……"),
                (
                    ("tell them at once, with a photo", "立即告知并拍照"),
                    ("leave a note and go on", "留张纸条继续工作"),
                    ("wait whether they notice", "看对方是否发现"),
                ),
            ),
            (
                ("What may stand on a key's label?", "钥匙标签上可以写什么？"),
                (
                    ("A number that only the shop knows", "只有店家知道的编号"),
                    ("The street and number", "街道与门牌号"),
                    ("The customer's name", "顾客姓名"),
                ),
            ),
        ),
    ),
    "hair": Quiz(
        is_required=False,
        note=(
            "Talk before the first cut: what, how short, what it costs.\n\n"
            "Colour needs a patch test 48 hours before, and none goes on broken skin.",
            "动剪前先沟通：做什么、剪多短、多少钱。\n\n染发需提前 48 小时做皮试，皮肤破损处不可上色。",
        ),
        questions=(
            (
                ("When is the patch test for colour done?", "染发皮试应在何时做？"),
                (
                    ("48 hours before", "提前 48 小时"),
                    ("Just before", "染发前一刻"),
                    ("Only if asked for", "仅在要求时"),
                ),
            ),
            (
                ("The scalp has a small wound. Colour…", "头皮有小伤口，染发应……"),
                (("waits until it has healed", "等愈合后再做"), ("goes on around it", "避开伤口进行")),
            ),
        ),
    ),
}


def words(both: Both) -> dict[str, str]:
    """The text by language, as the site keeps it."""
    return {"en": both[0], "zh-hans": both[1]}
