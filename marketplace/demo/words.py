"""Invented words: what businesses are called, what they say of themselves, what their customers say."""

from random import Random

from marketplace.demo.people import names
from providers.rules.ratings import Stars

_WOODS = names(
    """
    Saarni Pihla Utu Halla Kaisla Tuuli Lumme Vadelma Kanerva Pouta Ruska Sarastus Usva Kaarna
    Lehto Virma Helmiäinen Kuura Meri Loiste Solina Suvi Taika Orvokki Kielo Pisara Aava Routa
    Hohde Vanamo Marras Tyrni Kaste Aalto Myrsky
    """
)
_BEAUTY_FORMS = {
    "salon": ("Salon {}", "Parturi-Kampaamo {}", "Hiushuone {}", "{} Hair", "Kampaamo {}"),
    "barber": ("{} Barbers", "Parturi {}", "Partahuone {}"),
    "beauty": ("Kauneushoitola {}", "Ihohuone {}", "{} Skin Studio", "Studio {}"),
    "nails": ("{} Nails", "Kynsistudio {}", "Atelier {}"),
    "massage": ("Hieronta {}", "Hierontahuone {}", "{} Bodywork"),
    "cleaning": ("Kotiapu {}", "{} Home", "Siivouspalvelu {}", "{} Cleaning"),
    "carwash": ("Käsinpesu {}", "{} Car Wash", "Autopesu {}"),
    "workshop": ("Autohuolto {}", "{} Garage", "Rengas & Huolto {}"),
}

_ABOUT = {
    "salon": (
        "A small salon with good coffee and no hurry. We cut, colour and tell you what your hair can take.",
        "Four chairs, big windows, music at talking volume. Colour is our thing, and so are short cuts.",
        "Neighbourhood hairdressers for the whole family; the same faces year after year.",
    ),
    "barber": (
        "Clippers, scissors and hot towels. Book a time and you will be in the chair at that time.",
        "A barbershop where first-timers and regulars get the same handshake.",
    ),
    "beauty": (
        "Skin, brows and lashes in two quiet rooms. We use Nordic products and explain what they do.",
        "An hour for yourself in the middle of town. Facials to your skin's mood, waxing quick and careful.",
    ),
    "nails": (
        "Neat, strong nails in any length. Every tool is sterilised, every set is photographed if you like.",
        "Manicure, pedicure and gel by people with a steady hand.",
    ),
    "massage": (
        "Trained massage therapists, warm rooms, no background chatter. Tell us where it hurts.",
        "For runners, desk workers and everybody between. Firm or gentle: you set the pressure.",
    ),
    "cleaning": (
        "The same cleaner every time, insured and on the payroll. We come to you all over the centre.",
        "Home cleaning with a clear list: you tick what matters, we do that first.",
        "A family company: regular visits, windows and move-outs. Keys are kept in a safe.",
    ),
    "carwash": (
        "Cars washed by hand, dried by hand. Bring the dog hair, we have seen worse.",
        "Two bays under the block: wash, wax and detailing while you do your errands.",
    ),
    "workshop": (
        "An honest workshop: we ring before anything that costs more. Tyres, oil, brakes, yearly service.",
        "All makes. Tyre hotel in the cellar, coffee upstairs, invoices that can be read.",
    ),
}
_ABOUT_FINNISH = {
    "salon": "Kodikas kampaamo keskustassa. Leikkaukset, värit ja kampaukset ajan kanssa.",
    "barber": "Parturi, jossa aika pitää. Leikkaukset, parrat ja parranajo kuumilla pyyhkeillä.",
    "beauty": "Kasvohoidot, kulmat ja ripset rauhallisessa hoitolassa.",
    "nails": "Siistit ja kestävät kynnet. Välineet steriloidaan jokaisen asiakkaan jälkeen.",
    "massage": "Koulutetut hierojat. Kerro missä jumittaa, me hoidamme loput.",
    "cleaning": "Sama siivooja joka kerta. Kotisiivoukset, ikkunat ja muuttosiivoukset.",
    "carwash": "Käsinpesu, vahaus ja sisäpuhdistus kahdessa hallissa.",
    "workshop": "Kaikki merkit. Renkaat, öljyt, jarrut ja vuosihuollot rehellisesti.",
}

_ABOUT_CHINESE = {
    "nails": "手足护理与美甲，工具一客一消毒，可用中文预约。",
    "massage": "经络与运动按摩，环境安静，可用中文沟通。",
    "beauty": "护肤、修眉与嫁接睫毛，细致耐心，可用中文沟通。",
    "salon": "剪发与染发，熟悉亚洲发质，可用中文沟通。",
}

_PRAISE = (
    "Exactly what I asked for, and ten minutes earlier than promised. {first} really listens.",
    "Very good! I was little bit nervous but {first} explained everything. I come again.",
    "Third time here and it has been just as good every time.",
    "Friendly, precise, no small talk forced on you. Perfect for a Finn.",
    "Booked the evening before, got a time for the morning. {first} was super.",
    "Good price-quality relation. Recommend!",
    "{first} is a professional with big P. The result lasted well too.",
    "Calm place, clean, on time. What else do you need?",
    "Kiitos {first}! The best in the neighbourhood.",
    "They called me beforehand to ask one detail, which I liked very much.",
)
_FINE = (
    "All ok, a bit of waiting in the beginning but the result was good.",
    "Good work. The place was a little hard to find from the courtyard.",
    "Nice service, price is on the upper side.",
    "Solid. Would have liked a reminder about the door code.",
)
_MEH = (
    "Result was okay but I felt we were in hurry.",
    "Not quite what we agreed. They offered to fix it, which was fair.",
    "Fifteen minutes late and nobody said anything. Work itself fine.",
)
_POOR = (
    "Unfortunately had to have it redone elsewhere.",
    "Waited twenty minutes, then a shorter visit than I paid for.",
)
# By words in the service's name, so that nobody praises a colour after a fringe trim.
_PRAISE_OF = {
    "haircut": ("Best cut for my thin hair so far.", "The cut grows out well, too."),
    "children": ("Our four-year-old sat still the whole time. Magic.",),
    "colour": (
        "The colour is just the tone in my picture.",
        "No more copper surprise. My own brown at last.",
    ),
    "highlights": ("Soft and natural, like after a summer at the cottage.",),
    "fade": ("Sharp fade, and it grows out clean.",),
    "beard": ("The beard finally has a shape.",),
    "shave": ("Hot towel and a razor: I nearly fell asleep.",),
    "gel": ("Three weeks and not one chip.", "The tiny flowers are a piece of art."),
    "pedicure": ("Ready for sandals, in November.",),
    "brow": ("Brows that look like mine, only better.",),
    "lash": ("Woke up with lashes. Ten minutes saved every morning.",),
    "facial": ("My skin was glowing at the party next day.", "No redness after, which is rare for me."),
    "massage": ("Slept the whole night for the first time in a month.", "Firm but never too much."),
    "neck": ("Can turn my head again when reversing the car.",),
    "home cleaning": (
        "Came home to a flat that smells of nothing.",
        "Floors, mirrors, all done.",
    ),
    "deep cleaning": ("They found the original colour of the tiles.",),
    "window": ("Forgot there was glass. Sunlight again.",),
    "ironing": ("Fifteen shirts, all like new.",),
    "move-out": ("The landlord had nothing to say. Deposit back in two days.",),
    "hand wash": ("Two child seats full of crumbs and now you could eat there. Please don't.",),
    "interior": ("The coffee stain of 2019 is gone.",),
    "polish": ("Paint is like glass.",),
    "tyre": ("In and out in twenty-five minutes, coffee included.",),
    "oil": ("They showed me the old filter and why it was time.",),
    "service": ("A clear list of what was done and what can wait.",),
    "brake": ("They showed me the old pads and why they were changed. Trust.",),
    "check": ("Passed the inspection on the first try after their list.",),
}
_CHINESE = (
    "很满意，{first}很专业，下次还来。",
    "准时、干净，沟通用英语没有问题。",
    "预约方便，价格透明，推荐给在赫尔辛基的朋友。",
    "手艺很好，环境安静，就是位置有点难找。",
)
_FINNISH = (
    "Todella hyvä kokemus, {first} osasi asiansa. Tulen uudestaan!",
    "Siisti paikka ja ystävällinen palvelu. Suosittelen.",
    "Aika piti ja lopputulos oli juuri toivottu.",
)
_REPLIES = (
    "Thank you, see you again!",
    "Kiitos palautteesta!",
    "Thank you for telling us. We have gone through it with the team.",
)


def business_name(r: Random, trade: str, taken: set[str]) -> str:
    """A name that is not in `taken` (casefolded names), and is put there."""
    while True:
        form, word = r.choice(_BEAUTY_FORMS[trade]), r.choice(_WOODS)
        name = form.format(word)
        if name.casefold() in taken:
            name = form.format(" ".join(r.sample(_WOODS, 2)))
        if name.casefold() not in taken:
            taken.add(name.casefold())
            return name


def about(r: Random, trade: str) -> tuple[str, str]:
    """What a business says of itself, and in which language."""
    draw = r.random()
    if draw < 0.15:
        return _ABOUT_FINNISH[trade], "fi"
    if draw < 0.2 and trade in _ABOUT_CHINESE:
        return _ABOUT_CHINESE[trade], "zh-hans"
    return r.choice(_ABOUT[trade]), "en"


def review(
    r: Random, *, service: str, staff_name: str, chinese: bool, is_poor: bool = False
) -> tuple[Stars, str, str, str]:
    """Stars, text, its language, and the provider's reply (mostly none); of a poor business, poor ones."""
    weights = (10, 15, 25, 25, 25) if is_poor else (62, 25, 8, 3, 2)
    stars = r.choices((5, 4, 3, 2, 1), weights=weights)[0]
    first = staff_name.split()[0]
    language = "en"
    if r.random() < 0.18:
        text = ""
    elif stars >= 4 and chinese:
        text, language = r.choice(_CHINESE), "zh-hans"
    elif stars == 5 and r.random() < 0.12:
        text, language = r.choice(_FINNISH), "fi"
    elif stars == 5:
        of_it = [text for word, texts in _PRAISE_OF.items() if word in service.lower() for text in texts]
        text = r.choice(of_it) if of_it and r.random() < 0.45 else r.choice(_PRAISE)
    else:
        text = r.choice({4: _FINE, 3: _MEH, 2: _POOR, 1: _POOR}[stars])
    reply = (_REPLIES[2] if stars < 4 else r.choice(_REPLIES[:2])) if text and r.random() < 0.2 else ""
    return _parts(r, stars), text.format(first=first), language, reply


def _parts(r: Random, overall: int) -> Stars:
    """Three stars that come to `overall`: often all the same, else one of them a little off."""
    off = r.choices((0, -1, 1), weights=(50, 35, 15))[0]
    given = [overall] * 3
    # Value for money is what people quarrel about, then the clock.
    part = r.choices((0, 1, 2), weights=(20, 30, 50))[0]
    given[part] = min(5, max(1, overall + off))
    return Stars(*given)
