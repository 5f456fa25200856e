"""The trades of the demo's businesses and what each may sell."""

from dataclasses import dataclass

from marketplace.demo.beauty import BARBER, BROWS, FACIAL, HAIR, MASSAGE, NAILS
from marketplace.demo.home_and_car import CLEANING, WASH, WORKSHOP
from marketplace.demo.templates import Template


@dataclass(frozen=True, slots=True)
class Trade:
    """A kind of business: what it may sell, what it is called, who works there."""

    main_category: str
    templates: tuple[Template, ...]
    title: str
    fewest: int
    most: int


TRADES = {
    "salon": Trade("hair", (*HAIR, BROWS[0]), "Hairdresser", 4, 7),
    "barber": Trade("barber", (*BARBER, HAIR[5]), "Barber", 4, 5),
    "beauty": Trade("facial", (*FACIAL, *BROWS, NAILS[1]), "Beautician", 5, 7),
    "nails": Trade("nails", (*NAILS, BROWS[0]), "Nail technician", 4, 6),
    "massage": Trade("massage", MASSAGE, "Massage therapist", 4, 5),
    "cleaning": Trade("cleaning", CLEANING, "Cleaner", 4, 7),
    "carwash": Trade("wash", WASH, "Detailer", 4, 5),
    "workshop": Trade("service", WORKSHOP, "Mechanic", 5, 8),
}

# 25.5 %: Finland's general rate since September 2024.
TAX_PERCENT = "25.50"
