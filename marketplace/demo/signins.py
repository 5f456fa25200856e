"""Who can sign in to the demo."""

from dataclasses import dataclass, field

# Shared by all demo people and printed by `manage.py demo_signins`; the demo holds nothing real.
PASSWORD = "hereabouts-demo"  # noqa: S105

CUSTOMER = "helmi@demo.example"
OPERATOR = "operator@demo.example"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One demo person: what they are and what to try first."""

    email: str
    name: str
    role: str
    what: str


SIGN_INS = (
    SignIn(CUSTOMER, "Helmi Laine", "customer", "with visits behind and ahead of her"),
    SignIn("jari@demo.example", "Jari Kurki", "owner", "of Kurjen Autohuolto, a workshop with bays"),
    SignIn("sanna@demo.example", "Sanna Vainio", "owner", "of Salon Vanamo, a hair salon"),
    SignIn("mikael@demo.example", "Mikael Nyberg", "manager", "of Salon Vanamo"),
    SignIn("aino@demo.example", "Aino Rinne", "staff", "hairdresser at Salon Vanamo: her own visits"),
    SignIn("linh@demo.example", "Linh Nguyen", "staff", "cleaner at Kotiapu Kaste: home visits"),
    SignIn("pekka@demo.example", "Pekka Ojala", "owner", "of Garage Routa, still waiting for approval"),
    SignIn(OPERATOR, "Outi Salo", "operator", "runs the marketplace: /desk/"),
    SignIn("ilmari@demo.example", "Ilmari Aho", "operator", "the second operator: decides appeals"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A business that demo people belong to: members are (email, role, position among its staff or None)."""

    trade: str
    name: str
    members: tuple[tuple[str, str, int | None], ...]
    staff_names: dict[int, str] = field(default_factory=dict)
    status: str = "approved"


BUSINESSES = (
    Wish(
        "workshop",
        "Kurjen Autohuolto",
        (("jari@demo.example", "owner", 0),),
        {0: "Jari Kurki", 1: "Teemu Leino"},
    ),
    Wish(
        "salon",
        "Salon Vanamo",
        (
            ("sanna@demo.example", "owner", 0),
            ("mikael@demo.example", "manager", None),
            ("aino@demo.example", "staff", 1),
        ),
        {0: "Sanna Vainio", 1: "Aino Rinne"},
    ),
    Wish(
        "cleaning",
        "Kotiapu Kaste",
        (("linh@demo.example", "staff", 0),),
        {0: "Linh Nguyen", 2: "Tarja Salmi"},
    ),
    Wish("workshop", "Garage Routa", (("pekka@demo.example", "owner", 0),), {0: "Pekka Ojala"}, "submitted"),
)
