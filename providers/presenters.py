"""Businesses as the API shows them. Each takes rows as the selectors prefetch them: no query here."""

from collections.abc import Iterable
from itertools import groupby

from common.clock import rfc3339
from common.uploads import picture_size_url, picture_url
from geo.enums import TravelMode
from geo.selectors import position_of
from providers import schemas as s
from providers.enums import GridAlign, StaffChoice
from providers.models import (
    Closure,
    Document,
    DocumentKindName,
    HoursOverride,
    HoursRule,
    Invitation,
    Membership,
    Offering,
    Outlet,
    OutletPicture,
    Resource,
    Service,
    ServiceOption,
    StaffMember,
    TimeOff,
    VettingEntry,
)
from providers.selectors.areas import corners_of
from providers.selectors.categories import CategoryNode, by_pk
from providers.selectors.public import PublicOutlet
from providers.selectors.vetting import Need, Notice, Step, may_appeal


def money(amount: int, currency: str) -> s.MoneyOut:
    """An amount of minor units."""
    return s.MoneyOut(amount=amount, currency=currency)


def category(node: CategoryNode) -> s.CategoryOut:
    """A category with all below it."""
    return s.CategoryOut(
        id=node.slug,
        name=node.name,
        description=node.description,
        children=[category(child) for child in node.children],
        standard=list(node.standard),
    )


def provider(membership: Membership) -> s.ProviderOut:
    """A business with the caller's role in it."""
    found = membership.provider
    return s.ProviderOut(
        id=found.public_id,
        name=found.name,
        description=found.description,
        language=found.language,
        email=found.email,
        phone=found.phone,
        status=found.status,
        role=membership.role,
    )


def member(membership: Membership) -> s.MemberOut:
    """A member as an owner or manager sees them."""
    return s.MemberOut(
        id=membership.user.public_id,
        name=membership.user.name,
        email=membership.user.email,
        role=membership.role,
        staff=membership.staff.public_id if membership.staff else None,
    )


def invitation(row: Invitation) -> s.InvitationOut:
    """An open invitation as an owner or manager sees it: nothing of whose address it is."""
    return s.InvitationOut(
        id=row.public_id,
        email=row.email,
        role=row.role,
        staff=row.staff.public_id if row.staff else None,
        expires_at=rfc3339(row.expires_at),
    )


def own_invitation(row: Invitation) -> s.OwnInvitationOut:
    """An open invitation as the invited person sees it."""
    return s.OwnInvitationOut(
        id=row.public_id, business=row.provider.name, role=row.role, expires_at=rfc3339(row.expires_at)
    )


def outlet(row: Outlet) -> s.OutletOut:
    """An outlet as its members see it."""
    pin = position_of(row.point)
    node = by_pk("en").get(row.main_category_id) if row.main_category_id else None
    return s.OutletOut(
        id=row.public_id,
        name=row.name,
        description=row.description,
        language=row.language,
        category=node.slug if node else None,
        street_line=row.street_line,
        postcode=row.postcode,
        city=row.city,
        country=row.country,
        lat=pin.lat,
        lng=pin.lng,
        timezone=row.timezone,
        currency=row.currency,
        phone=row.phone,
        slot_step_min=row.slot_step_min,
        notice_min=row.notice_min,
        window_days=row.window_days,
        grid_align=GridAlign(row.grid_align),
        grid_offset_min=row.grid_offset_min,
        window_until=row.window_until,
        buffers_in_hours=row.buffers_in_hours,
        staff_choice=StaffChoice(row.staff_choice),
        max_wait_min=row.max_wait_min,
        keeps_holidays=row.keeps_holidays,
        holiday_region=row.holiday_region,
        service_radius_m=row.service_radius_m,
        service_corners=[s.Pin(lat=each.lat, lng=each.lng) for each in corners_of(row)] or None,
        travel_mode=TravelMode(row.travel_mode),
        archived=row.archived_at is not None,
    )


def picture(row: OutletPicture) -> s.PictureOut:
    """A picture of an outlet, with its file."""
    file = row.file
    return s.PictureOut(
        id=row.public_id,
        url=str(picture_url(file)),
        alt=row.alt,
        width=file.width or 0,
        height=file.height or 0,
        sizes=[
            s.PictureSizeOut(
                width=width,
                avif=picture_size_url(file, width, "avif"),
                webp=picture_size_url(file, width, "webp"),
            )
            for width in file.widths or ()
        ],
    )


def staff(row: StaffMember) -> s.StaffOut:
    """A person as selectors.catalogue.staff reads them."""
    return s.StaffOut(
        id=row.public_id,
        name=row.name,
        title=row.title,
        resume=row.resume,
        language=row.language,
        speaks=row.speaks,
        working_since=row.working_since,
        outlets=[found.public_id for found in row.live_outlets],  # type: ignore[attr-defined]
        skills=[
            s.SkillOut(service=skill.service.public_id, level=skill.level)
            for skill in row.live_skills  # type: ignore[attr-defined]
        ],
        archived=row.archived_at is not None,
        photo=picture_url(row.photo),
        served=row.served_count,
        travel_mode=TravelMode(row.travel_mode) if row.travel_mode else None,
    )


def option(row: ServiceOption, currency: str) -> s.OptionOut:
    """An option; its price is in its service's currency."""
    return s.OptionOut(
        id=row.public_id, name=row.name, extra_min=row.extra_min, price=money(row.price_amount, currency)
    )


def offer(row: Offering, currency: str) -> s.OfferOut:
    """A service at one of its outlets."""
    return s.OfferOut(outlet=row.outlet.public_id, price=money(row.price_amount, currency), live=row.is_live)


def service(row: Service) -> s.ServiceOut:
    """A service as selectors.catalogue.services reads it."""
    return s.ServiceOut(
        id=row.public_id,
        name=row.name,
        description=row.description,
        language=row.language,
        category=row.category.slug,
        place=row.place,
        duration_min=row.duration_min,
        buffer_before_min=row.buffer_before_min,
        buffer_after_min=row.buffer_after_min,
        phases=row.phases,
        price=money(row.price_amount, row.currency),
        tax_percent=str(row.tax_percent),
        capacity=row.capacity,
        team_size=row.team_size,
        needs_acceptance=row.needs_acceptance,
        acceptance_hours=row.acceptance_hours,
        position=row.position,
        options=[option(o, row.currency) for o in row.live_options],  # type: ignore[attr-defined]
        offers=[offer(o, row.currency) for o in row.sold],  # type: ignore[attr-defined]
        needs=[
            s.NeedOut(kind=need.kind.public_id, quantity=need.quantity)
            for need in row.needed  # type: ignore[attr-defined]
        ],
        archived=row.archived_at is not None,
    )


def resource(row: Resource) -> s.ResourceOut:
    """A unit with its kind and outlet."""
    return s.ResourceOut(
        id=row.public_id,
        name=row.name,
        kind=row.kind.public_id,
        outlet=row.outlet.public_id,
        position=row.position,
    )


def rule(row: HoursRule) -> s.WeeklyTime:
    """One weekly time."""
    return s.WeeklyTime(
        weekday=row.weekday,
        opens=row.opens,
        closes=row.closes,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        every_weeks=row.every_weeks,
    )


def overrides(rows: Iterable[HoursOverride]) -> list[s.OverrideOut]:
    """The overrides, one entry per date; they come ordered by date."""
    found = []
    for date, of_date in groupby(rows, key=lambda row: row.date):
        day = list(of_date)
        periods = [
            s.DayTime(opens=row.opens, closes=row.closes)
            for row in day
            if row.opens is not None and row.closes is not None
        ]
        found.append(s.OverrideOut(date=date, periods=periods, note=day[0].note))
    return found


def closure(row: Closure) -> s.ClosureOut:
    """A closure as members see it."""
    return s.ClosureOut(id=row.public_id, start=row.period.lower, end=row.period.upper, reason=row.reason)


def time_off(row: TimeOff) -> s.TimeOffOut:
    """Somebody's time off."""
    return s.TimeOffOut(
        id=row.public_id,
        staff=row.staff.public_id,
        start=row.period.lower,
        end=row.period.upper,
        reason=row.reason,
    )


def public_service(row: Offering, currency: str, slug: str) -> s.PublicServiceOut:
    """A service as an outlet sells it, as selectors.public.live_offerings reads it."""
    sold = row.service
    return s.PublicServiceOut(
        id=sold.public_id,
        name=sold.name,
        description=sold.description,
        language=sold.language,
        category=slug,
        place=sold.place,
        duration_min=sold.duration_min,
        price=money(row.price_amount, currency),
        options=[option(o, currency) for o in sold.live_options],  # type: ignore[attr-defined]
        capacity=sold.capacity,
        team_size=sold.team_size,
        needs_acceptance=sold.needs_acceptance,
        acceptance_hours=sold.acceptance_hours,
    )


def public_outlet(page: PublicOutlet) -> s.PublicOutletOut:
    """All that the public may know of an outlet."""
    row = page.outlet
    pin = position_of(row.point)
    return s.PublicOutletOut(
        id=row.public_id,
        name=row.name,
        description=row.description,
        language=row.language,
        provider=s.Ref(id=row.provider.public_id, name=row.provider.name),
        lat=pin.lat,
        lng=pin.lng,
        address=f"{row.street_line}, {row.postcode} {row.city}".replace(",  ", ", "),
        phone=row.phone,
        timezone=row.timezone,
        currency=row.currency,
        rating=row.rating,
        reviews=row.rating_count,
        service_radius_m=row.service_radius_m,
        services=[
            public_service(sold, row.currency, group.category.slug)
            for group in page.groups
            for sold in group.offerings
        ],
        staff=[public_staff(person) for person in page.staff],
        week=[rule(time) for time in page.week],
        overrides=overrides(page.overrides),
        closures=[
            s.PublicClosureOut(start=c.period.lower, end=c.period.upper, reason=c.reason)
            for c in page.closures
        ],
        pictures=[picture(row) for row in page.pictures],
    )


def public_staff(row: StaffMember) -> s.PublicStaffOut:
    """A person as customers see them, as selectors.public.outlet_staff reads them."""
    names = by_pk("en")
    return s.PublicStaffOut(
        id=row.public_id,
        name=row.name,
        title=row.title,
        resume=row.resume,
        language=row.language,
        speaks=row.speaks,
        rating=row.rating,
        services=[skill.service.public_id for skill in row.live_skills],  # type: ignore[attr-defined]
        photo=picture_url(row.photo),
        working_since=row.working_since,
        served=row.served_count,
        rating_count=row.rating_count,
        passed=[names[each.category_id].slug for each in row.badges.all() if each.category_id in names],
        certificates=[each.kind.slug for each in row.certificates],  # type: ignore[attr-defined]
    )


def step(row: Step) -> s.StepOut:
    """One step of an application."""
    return s.StepOut(step=row.name, done=row.is_done, points=list(row.points))


def entry(row: VettingEntry) -> s.EntryOut:
    """A line of the thread, as selectors.vetting.thread reads it. Operators are not named."""
    return s.EntryOut(
        id=row.public_id,
        at=row.at,
        side=row.side,
        kind=row.kind,
        message=row.message,
        points=[s.PointOut(**point) for point in row.points],
        until=row.until,
        document=row.document.public_id if row.document else None,
        staff=row.staff.public_id if row.staff else None,
        can_appeal=may_appeal(row),
    )


def notice(row: Notice) -> s.NoticeOut:
    """A decision about a person, for that person."""
    return s.NoticeOut(
        id=row.entry.public_id,
        at=row.entry.at,
        kind=row.entry.kind,
        message=row.entry.message,
        appeals=[
            s.NoticeAppealOut(
                mine=made.by_person, made_at=made.made_at, outcome=made.outcome or None, answer=made.answer
            )
            for made in row.appeals
        ],
        can_appeal=row.may_appeal,
    )


def document(row: Document) -> s.DocumentOut:
    """A document without its file and number."""
    return s.DocumentOut(
        id=row.public_id,
        kind=row.kind.slug,
        staff=row.staff.public_id if row.staff else None,
        status=row.status,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        note=row.note,
        sent_at=row.created_at,
    )


def document_need(row: Need, name: DocumentKindName) -> s.DocumentNeedOut:
    """What is needed, and whether it is there."""
    return s.DocumentNeedOut(
        kind=row.kind.slug,
        name=name.name,
        description=name.description,
        staff=s.Ref(id=row.staff.public_id, name=row.staff.name) if row.staff else None,
        required=row.is_required,
        holds=row.is_met,
        document=document(row.newest) if row.newest else None,
    )
