"""Small worlds for tests: a shop with people, services and hours, written as the services would leave them."""

from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from accounts.models import Customer, User
from accounts.services.people import vouch_for_email
from bookings.models import Booking, BookingItem, BusyCalendar, BusyTime, GroupSession
from bookings.services.sessions import add_sessions
from common import clock
from common.models import StoredFile
from common.uploads import storage, take_picture
from providers.enums import Place, ProviderStatus, Role
from providers.models import (
    Category,
    CategoryName,
    HoursRule,
    Invitation,
    Membership,
    Offering,
    Outlet,
    OutletPicture,
    Provider,
    QuizChoice,
    QuizQuestion,
    Resource,
    ResourceKind,
    ResourceNeed,
    Service,
    ServiceOption,
    Skill,
    StaffAssignment,
    StaffMember,
    Training,
)
from providers.rules.ratings import Stars
from providers.selectors.category_reach import Reach
from providers.selectors.category_sheets import part_of
from providers.services import ratings
from providers.services.categories import change_category
from providers.services.pictures import add_picture
from reviews.models import Review, ReviewPhoto

_number = count(1)
KALLIO = Point(24.9525, 60.1841, srid=4326)


def make_user(**fields: Any) -> User:
    n = next(_number)
    fields.setdefault("email", f"person{n}@example.com")
    fields.setdefault("name", f"Person {n}")
    return User.objects.create_user(**fields)


def make_customer(**fields: Any) -> Customer:
    n = next(_number)
    fields.setdefault("name", f"Customer {n}")
    fields.setdefault("email", f"customer{n}@example.com")
    return Customer.objects.create(**fields)


def make_category(slug: str = "hair", parent: Category | None = None) -> Category:
    category, made = Category.objects.get_or_create(slug=slug, defaults={"parent": parent})
    if made:
        CategoryName.objects.create(category=category, language="en", name=slug.title())
    return category


def keep(category: Category, part: str, /, **changes: Any) -> Reach:
    """Change a part of what is kept about the category; whom it touches was seen. `value=` is the whole of it."""
    category.refresh_from_db()
    value = changes["value"] if "value" in changes else {**part_of(category, part), **changes}
    seen = ""
    for _ in range(2):
        weighed = change_category(
            category=category, part=part, value=value, version=category.last_seq, seen=seen, actor="system"
        )
        seen = weighed.token
    assert weighed.is_done
    category.refresh_from_db()
    return weighed.reach


def make_provider(**fields: Any) -> Provider:
    fields.setdefault("name", f"Shop {next(_number)}")
    fields.setdefault("status", ProviderStatus.APPROVED)
    fields.setdefault("approved_at", clock.now())
    fields.setdefault("email", "shop@example.com")
    return Provider.objects.create(**fields)


def make_member(provider: Provider, role: Role = Role.OWNER, **fields: Any) -> User:
    staff = fields.pop("staff", None)
    user = make_user(**fields)
    Membership.objects.create(provider=provider, user=user, role=role, staff=staff)
    return user


def make_invitation(provider: Provider, to: User | None = None, **fields: Any) -> Invitation:
    """An open invitation to join as staff; the address is that of `to`, who has verified it."""
    if to is not None:
        vouch_for_email(user=to)
        fields.setdefault("email", to.email)
    now = clock.now()
    return Invitation.objects.create(
        provider=provider,
        **{
            "email": f"invited{next(_number)}@example.com",
            "role": Role.STAFF,
            "created_at": now,
            "expires_at": now + timedelta(days=14),
            **fields,
        },
    )


def make_outlet(provider: Provider | None = None, *, open_always: bool = False, **fields: Any) -> Outlet:
    """An outlet in Helsinki, open 9 to 17 every day (or around the clock)."""
    provider = provider or make_provider()
    fields = {
        "name": provider.name,
        "street_line": "Kalevankatu 12",
        "city": "Helsinki",
        "country": "FI",
        "point": KALLIO,
        "timezone": "Europe/Helsinki",
        "currency": "EUR",
        **fields,
    }
    outlet = Outlet.objects.create(provider=provider, **fields)
    opens, closes = (time(0), time(0)) if open_always else (time(9), time(17))
    HoursRule.objects.bulk_create(
        HoursRule(outlet=outlet, weekday=day, opens=opens, closes=closes) for day in range(7)
    )
    return outlet


def make_service(outlet: Outlet, *, staff: list[StaffMember] | None = None, **fields: Any) -> Service:
    """A live service of 60 minutes for 50.00 at the outlet, which `staff` can do (one new person if None)."""
    fields = {
        "category": fields.get("category") or make_category(),
        "name": "Cut",
        "duration_min": 60,
        "price_amount": 5000,
        "currency": outlet.currency,
        "tax_percent": 14,
        **fields,
    }
    service = Service.objects.create(provider=outlet.provider, **fields)
    Offering.objects.create(
        outlet=outlet,
        service=service,
        price_amount=service.price_amount,
        category=service.category,
        place=service.place,
        point=outlet.point,
        is_live=outlet.provider.status == ProviderStatus.APPROVED,
    )
    for person in [make_staff(outlet)] if staff is None else staff:
        Skill.objects.create(staff=person, service=service)
    return service


def make_staff(outlet: Outlet, **fields: Any) -> StaffMember:
    fields.setdefault("name", f"Aino {next(_number)}")
    person = StaffMember.objects.create(provider=outlet.provider, **fields)
    StaffAssignment.objects.create(staff=person, outlet=outlet)
    return person


def make_option(service: Service, **fields: Any) -> ServiceOption:
    fields = {"name": "Conditioning", "extra_min": 15, "price_amount": 1200, **fields}
    return ServiceOption.objects.create(service=service, **fields)


def make_bays(outlet: Outlet, service: Service, units: int = 1) -> list[Resource]:
    """A kind of bay with `units` units at the outlet, one of which the service needs."""
    kind = ResourceKind.objects.create(provider=outlet.provider, name="Bay")
    ResourceNeed.objects.create(service=service, kind=kind)
    return [
        Resource.objects.create(kind=kind, outlet=outlet, name=f"Bay {n}", position=n)
        for n in range(1, units + 1)
    ]


def make_home_service(outlet: Outlet, radius_m: int = 5000, **fields: Any) -> Service:
    """A service done at the customer's, within a circle around the outlet."""
    from geo.selectors import circle, position_of

    outlet.service_radius_m = radius_m
    outlet.service_area = circle(position_of(outlet.point), radius_m)
    outlet.save(update_fields=["service_radius_m", "service_area"])
    return make_service(outlet, place=Place.CUSTOMER, **{"name": "Cleaning", **fields})


def make_group_service(outlet: Outlet, capacity: int = 10, **fields: Any) -> Service:
    """A service of 90 minutes with so many seats, of which sessions can be put on the calendar."""
    return make_service(outlet, capacity=capacity, **{"name": "Workshop", "duration_min": 90, **fields})


def make_session(outlet: Outlet, service: Service, start: datetime, **fields: Any) -> GroupSession:
    """A session of a group service on the calendar: the first of them if `dates` says that there are several."""
    return make_sessions(outlet, service, start, **fields)[0]


def make_sessions(outlet: Outlet, service: Service, start: datetime, **fields: Any) -> list[GroupSession]:
    return add_sessions(outlet=outlet, service=service.public_id, start=start, actor="system", **fields)


def make_review(booking: Booking, stars: Stars | None = None, **fields: Any) -> Review:
    """A review of the booking that counts, whatever its status."""
    stars = stars or Stars(5, 5, 5)
    item = booking.items.get()
    review = Review.objects.create(
        booking=booking,
        outlet=booking.outlet,
        staff=item.staff,
        rating=stars.overall,
        service_stars=stars.service,
        punctuality_stars=stars.punctuality,
        value_stars=stars.value,
        **{"author_name": "Helmi V.", "text": "Just right.", **fields},
    )
    ratings.add_rating(
        outlet_id=review.outlet_id, staff_ids=[review.staff_id] if review.staff_id else [], stars=stars
    )
    return review


def make_review_photo(review: Review, content: bytes = b"a picture") -> ReviewPhoto:
    """A photo of the review, with a file of that content: the quick way, which nothing has looked through."""
    file = StoredFile.objects.create(
        name=storage.write(content, private=False),
        kind="picture",
        mime="image/jpeg",
        size=len(content),
        sha256=sha256(content).hexdigest(),
        width=4,
        height=3,
        is_private=False,
    )
    return ReviewPhoto.objects.create(review=review, file=file, position=review.photos.count())


def tomorrow_at(hour: int, minute: int = 0, *, days: int = 1, outlet: Outlet | None = None) -> datetime:
    """An instant `days` from today at a wall-clock time of the outlet (Helsinki if None), in UTC."""
    zone = outlet.zone if outlet else Outlet(timezone="Europe/Helsinki").zone
    day = clock.now().astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


def take_elsewhere(person: StaffMember, start: datetime, end: datetime) -> BusyTime:
    """A time that a calendar of another program takes from a person."""
    calendar = BusyCalendar.objects.create(staff=person, name="Own")
    return BusyTime.objects.create(calendar=calendar, staff=person, period=(start, end))


def make_due(ref: str, *, ago: timedelta = timedelta()) -> None:
    """Let the visit `ref` start now, or so long `ago`: its marks' time has come. What it takes stays where it was."""
    by = clock.now() - ago - Booking.objects.get(ref=ref).starts_at
    for rows in (Booking.objects.filter(ref=ref), BookingItem.objects.filter(booking__ref=ref)):
        rows.update(starts_at=F("starts_at") + by, ends_at=F("ends_at") + by)


def make_quiz(category: Category, *, questions: int = 2, **fields: Any) -> Training:
    """A quiz whose right answer is always "Yes"; one only of a category."""
    training, made = Training.objects.get_or_create(
        category=category, defaults={"note": {"en": "Know this."}, **fields}
    )
    for n in range(questions if made else 0):
        question = QuizQuestion.objects.create(training=training, position=n, words={"en": f"Question {n}?"})
        for text in ("No", "Yes", "Perhaps"):
            QuizChoice.objects.create(question=question, words={"en": text}, is_right=text == "Yes")
    return training


def make_picture(**fields: Any) -> StoredFile:
    """A small public picture."""
    file = SimpleUploadedFile("photo.png", PIXEL)
    return take_picture(file, **fields)


def make_outlet_picture(outlet: Outlet, *, alt: str = "", stored: StoredFile | None = None) -> OutletPicture:
    """A picture that the outlet shows after the others."""
    return add_picture(outlet=outlet, stored=stored or make_picture(), alt=alt, actor="system")


# One grey pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)
