"""What a visit consists of in the demo's main categories, in English and simplified Chinese."""

STANDARDS: dict[str, tuple[tuple[str, str], ...]] = {
    "cleaning": (
        ("Walk through the home with you first", "先与您一起查看各房间"),
        ("Dust from top to bottom, then floors", "从上到下除尘，最后清洁地面"),
        ("Kitchen: surfaces, sink and hob", "厨房：台面、水槽与灶台"),
        ("Bathroom: fittings, tiles and drain", "浴室：洁具、瓷砖与地漏"),
        ("Cloths changed between kitchen and bathroom", "厨房与浴室分用抹布"),
        ("Take the rubbish out and lock up", "带走垃圾并锁好门"),
    ),
    "windows": (
        ("Sills cleared and floors covered", "清空窗台并遮盖地面"),
        ("Panes, frames and sills on both sides", "玻璃、窗框与窗台内外两面"),
        ("Everything put back where it stood", "物品归回原位"),
    ),
    "hair": (
        ("Talk about what you want, and what it costs", "先沟通想要的效果与价格"),
        ("Look at scalp and hair; patch test before colour", "检查头皮与发质，染发前做皮试"),
        ("Clean towel, cape and tools", "使用干净的毛巾、围布与工具"),
        ("Show the result from behind", "用镜子展示后面的效果"),
        ("Say how to care for it at home", "说明在家如何打理"),
    ),
    "barber": (
        ("Agree on the length before the first cut", "动剪前确认长度"),
        ("Fresh blade and disinfected clippers", "换新刀片，电推消毒"),
        ("Neck and ears cleaned up", "修净颈部与耳周"),
    ),
    "nails": (
        ("Tools sterilised, files new", "工具消毒，锉条全新"),
        ("Ask about allergies", "询问过敏情况"),
        ("Cuticles, shape and polish as agreed", "按约定处理甘皮、甲形与颜色"),
    ),
    "massage": (
        ("Ask about health, pain and pressure", "询问健康状况、疼痛与力度"),
        ("Fresh sheets and washed hands", "更换床单并洗手"),
        ("Water and a few minutes to rest after", "结束后提供饮水并稍作休息"),
    ),
    "wash": (
        ("Look at the paint with you", "与您一起查看车漆"),
        ("Rinse, foam, wash with two buckets", "冲洗、泡沫、双桶清洗"),
        ("Wheels with their own brush", "轮毂用专用刷"),
        ("Dry by hand; sills and door edges too", "手工擦干，包括门槛与门边"),
    ),
    "tyres": (
        ("Tread and age of each tyre noted", "记录每条轮胎的花纹与年份"),
        ("Bolts tightened with a torque wrench", "用扭力扳手紧固螺栓"),
        ("Pressure set, and told to you", "调好胎压并告知您"),
    ),
}


def steps_of(slug: str) -> list[dict[str, str]]:
    """The standard of a category, each step {language: text}; empty when it has none."""
    return [{"en": english, "zh-hans": chinese} for english, chinese in STANDARDS.get(slug, ())]
