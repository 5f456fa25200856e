"""Invented people: names as one meets them in Helsinki, résumés, and who books."""

from random import Random

from marketplace.demo.plan import PersonPlan
from marketplace.demo.seeds import FICTIONAL_PHONES, chance, public_id


def names(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


_FINNISH_FIRST = names(
    """
    Aino Anni Eero Eeva Elina Emilia Hanna Heidi Henna Iida Inka Jaana Janne Jenni Juha Juho
    Jukka Kaisa Katja Kirsi Laura Leena Lotta Maija Marika Markku Matti Mika Minna Mirja Niko
    Noora Outi Paula Pekka Petra Pirjo Riikka Risto Ronja Salla Sami Sanna Sari Satu Silja
    Sini Susanna Taina Tarja Teemu Tiina Timo Tuomas Tuula Vesa Ville Virpi
    """
)
_FINNISH_LAST = names(
    """
    Aaltonen Ahonen Anttila Eskola Haapala Hakala Halonen Heikkilä Heinonen Hietala Hiltunen
    Huttunen Hämäläinen Immonen Jokinen Kallio Karjalainen Kivelä Koivisto Korhonen Kurki
    Laaksonen Lahtinen Laine Lampinen Lehtonen Leino Lindroos Manninen Mattila Mäkelä Mäkinen
    Niemi Nieminen Ojala Peltola Pitkänen Rantala Rinne Saarinen Salmi Salonen Savolainen
    Seppälä Suominen Tuominen Turunen Vainio Virtanen Väisänen
    """
)
_SWEDISH_FIRST = names(
    """
    Alexander Anna Camilla Charlotta Erik Fredrik Ida Jonas Karin Linda Malin Oscar Rasmus
    Sofia
    """
)
_SWEDISH_LAST = names(
    """
    Backman Björklund Ekholm Forsström Grönlund Holmberg Lindqvist Nyberg Sjöblom Söderholm
    Westerlund
    """
)
_OTHER = (
    ("Linh Nguyen", "vi"),
    ("Minh Tran", "vi"),
    ("Thu Pham", "vi"),
    ("Olga Petrova", "ru"),
    ("Irina Sokolova", "ru"),
    ("Dmitri Ivanov", "ru"),
    ("Katrin Tamm", "et"),
    ("Maarja Kask", "et"),
    ("Rasmus Saar", "et"),
    ("Amina Hassan", "so"),
    ("Yusuf Ali", "so"),
    ("Zahra Mohamed", "so"),
    ("Omar Haddad", "ar"),
    ("Layla Nasser", "ar"),
    ("Mehmet Yilmaz", "tr"),
    ("Elif Demir", "tr"),
    ("Siriporn Chaiyasit", "th"),
    ("Nok Suwan", "th"),
    ("Wei Zhang", "zh"),
    ("Li Na Chen", "zh"),
    ("Xiaoming Liu", "zh"),
    ("Yan Wang", "zh"),
    ("Mei Lin", "zh"),
    ("Priya Sharma", "hi"),
    ("Arjun Patel", "hi"),
    ("Maria Santos", "tl"),
    ("Jose Reyes", "tl"),
    ("Oksana Shevchenko", "uk"),
    ("Andriy Kovalenko", "uk"),
    ("Daniel Okafor", "en"),
    ("Grace Mensah", "en"),
)

_ROUTES = {
    "Hairdresser": (
        "trained in Tampere",
        "worked in salons in Espoo and Kallio",
        "came to hair from stage make-up",
    ),
    "Barber": (
        "learned the trade in Turku",
        "cut hair on the ferries to Stockholm",
        "started in a Kallio barbershop",
    ),
    "Beautician": ("took a CIDESCO diploma", "worked at a spa in Naantali", "studied cosmetology in Lahti"),
    "Nail technician": (
        "trained in Tallinn",
        "worked four years in Itäkeskus",
        "paints miniatures in the evenings",
    ),
    "Massage therapist": (
        "is a trained massage therapist",
        "worked with a floorball team",
        "used to be a physio's assistant",
    ),
    "Cleaner": (
        "cleaned hotel rooms before homes",
        "came from hospital cleaning",
        "has a vocational diploma in cleaning",
    ),
    "Detailer": (
        "polished boats in Hanko",
        "worked at a car dealer in Vantaa",
        "detailed for a rental company",
    ),
    "Mechanic": (
        "worked at a brand workshop in Konala",
        "trained in Riihimäki",
        "repaired buses before cars",
    ),
}
_LOVES = {
    "Hairdresser": ("soft copper tones", "curly hair", "short precise cuts", "blondes that stay healthy"),
    "Barber": (
        "classic side partings",
        "skin fades",
        "beards that need rescuing",
        "first haircuts for small boys",
    ),
    "Beautician": (
        "sensitive skin",
        "brows that suit the face",
        "calm, slow facials",
        "teenagers' first skin care",
    ),
    "Nail technician": (
        "tiny hand-painted flowers",
        "short natural nails",
        "strong almond shapes",
        "repairs",
    ),
    "Massage therapist": ("runners' calves", "stiff necks", "deep but kind pressure", "pregnant clients"),
    "Cleaner": (
        "ovens that look lost",
        "homes with dogs",
        "streak-free windows",
        "quiet mornings",
    ),
    "Detailer": ("dark paint without swirls", "child seats and crumbs", "old leather", "matte finishes"),
    "Mechanic": ("brakes and suspension", "hybrids", "old Volvos", "explaining what the noise was"),
}
_MANNERS = (
    "Explains each step and asks before doing more.",
    "Quiet unless you feel like talking.",
    "Always on time, and says so early when not.",
    "Regulars say they leave lighter than they came.",
    "Takes the time it needs and never rushes the end.",
    "Good with children and with nervous grown-ups.",
)


def person_name(r: Random) -> tuple[str, tuple[str, ...]]:
    """A full name, and the languages its bearer may well speak (BCP 47), Finnish and English first."""
    kind = r.random()
    if kind < 0.64:
        return f"{r.choice(_FINNISH_FIRST)} {r.choice(_FINNISH_LAST)}", ("fi", "en")
    if kind < 0.76:
        return f"{r.choice(_SWEDISH_FIRST)} {r.choice(_SWEDISH_LAST)}", ("sv", "fi", "en")
    name, language = r.choice(_OTHER)
    return name, ("fi", "en", language) if language != "en" else ("en", "fi")


def resume(r: Random, *, name: str, title: str, since: int) -> str:
    """Three sentences about someone at work."""
    first = name.split()[0]
    return (
        f"{first} {r.choice(_ROUTES[title])} and has been a {title.lower()} since {since}. "
        f"Likes {' and '.join(r.sample(_LOVES[title], 2))}. {r.choice(_MANNERS)}"
    )


def regulars(seed: int, count: int) -> list[PersonPlan]:
    """People with an account who book again and again."""
    people = []
    for n in range(count):
        r = chance(seed, "regular", n)
        name, speaks = person_name(r)
        people.append(
            PersonPlan(
                customer_id=public_id("cus", seed, "regular", n),
                user_id=public_id("usr", seed, "regular", n),
                name=name,
                email=f"customer{n + 1}@demo.example",
                phone="",
                language="zh-hans" if "zh" in speaks else "en",
            )
        )
    return people


def guest(r: Random, *name: object) -> PersonPlan:
    """Someone who books once, without an account."""
    full_name, speaks = person_name(r)
    return PersonPlan(
        customer_id=public_id("cus", "guest", *name),
        user_id="",
        name=full_name,
        email=f"guest{r.randrange(10**6):06}@demo.example",
        phone=r.choice(FICTIONAL_PHONES) if r.random() < 0.5 else "",
        language="zh-hans" if "zh" in speaks else "en",
    )
