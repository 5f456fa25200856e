"""The category tree, with names in English and simplified Chinese."""

# slug, parent slug, English and Chinese (simplified) name and line.
CATEGORIES: tuple[tuple[str, str, tuple[str, str], tuple[str, str]], ...] = (
    ("housekeeping", "", ("Housekeeping", "Help at home"), ("家政", "上门服务")),
    (
        "cleaning",
        "housekeeping",
        ("Cleaning", "Weekly or one-off home cleaning"),
        ("日常保洁", "定期或单次家庭保洁"),
    ),
    ("windows", "housekeeping", ("Windows", "Windows and glazed balconies"), ("擦窗", "门窗与阳台玻璃清洁")),
    (
        "laundry",
        "housekeeping",
        ("Laundry and ironing", "Washing, ironing, linen"),
        ("洗衣熨烫", "洗衣、熨烫、床品"),
    ),
    (
        "moving-out",
        "housekeeping",
        ("Move-out cleaning", "For handing over the keys"),
        ("退租保洁", "交房前彻底清洁"),
    ),
    (
        "beauty",
        "",
        ("Beauty and wellbeing", "Hair, nails, skin, massage"),
        ("美容美发", "美发、美甲、护肤、按摩"),
    ),
    ("hair", "beauty", ("Hair", "Cuts, colour, styling"), ("美发", "剪发、染发、造型")),
    ("barber", "beauty", ("Barber", "Short hair and beards"), ("男士理发", "短发与胡须修剪")),
    ("nails", "beauty", ("Nails", "Manicure and pedicure"), ("美甲", "手足护理")),
    (
        "brows-lashes",
        "beauty",
        ("Brows and lashes", "Shaping, tint, extensions"),
        ("美眉美睫", "修眉、染色、嫁接"),
    ),
    ("facial", "beauty", ("Facials", "Skin care and waxing"), ("面部护理", "护肤与脱毛")),
    ("massage", "beauty", ("Massage", "Classic, sports, hot stone"), ("按摩", "经典、运动、热石按摩")),
    ("car-care", "", ("Car care", "Wash, tyres, service"), ("汽车养护", "洗车、轮胎、保养")),
    ("wash", "car-care", ("Car wash", "By hand, inside and out"), ("洗车", "手工内外清洗")),
    ("detailing", "car-care", ("Detailing", "Polish, coating, interior"), ("精细美容", "抛光、镀膜、内饰")),
    ("tyres", "car-care", ("Tyres", "Seasonal change, repair, storage"), ("轮胎", "换季更换、修补、寄存")),
    (
        "service",
        "car-care",
        ("Service and repair", "Oil, brakes, yearly service"),
        ("保养维修", "机油、刹车、年度保养"),
    ),
)
