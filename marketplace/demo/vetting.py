"""What the demo's operators ask of businesses, and what stands in the threads of those that wait."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: English and Chinese name and line; the categories that need it, or welcome it."""

    slug: str
    subject: str
    asks_number: bool
    asks_until: bool
    english: tuple[str, str]
    chinese: tuple[str, str]
    needed_by: tuple[str, ...] = ()
    welcomed_by: tuple[str, ...] = ()
    is_badge: bool = False


KINDS = (
    Kind(
        "business-licence",
        "business",
        True,
        False,
        ("Business licence", "The extract of the trade register, not older than three months."),
        ("营业执照", "三个月内的商业登记摘录。"),
        ("housekeeping", "beauty", "car-care"),
    ),
    Kind(
        "insurance",
        "business",
        False,
        True,
        ("Liability insurance", "The certificate, with the sum insured and its last day."),
        ("责任保险", "保险凭证，须注明保额与到期日。"),
        ("housekeeping", "beauty", "car-care"),
    ),
    Kind(
        "identity",
        "person",
        True,
        True,
        ("Identity", "Passport or identity card, the side with the photo."),
        ("身份证件", "护照或身份证的照片面。"),
        ("housekeeping",),
    ),
    Kind(
        "background-check",
        "person",
        False,
        True,
        ("Background check", "The extract of the criminal record for work in homes."),
        ("无犯罪记录", "用于上门服务的无犯罪记录证明。"),
        ("housekeeping",),
    ),
    Kind(
        "trade-certificate",
        "person",
        False,
        False,
        ("Trade certificate", "The qualification for the trade, or the apprenticeship's end."),
        ("职业资格", "本行业资格证书或学徒结业证明。"),
        ("service", "tyres"),
        ("hair", "barber", "facial", "massage"),
        is_badge=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a thread: who, what, how many days ago; `points` are (step, note)."""

    kind: str
    side: str
    days_ago: float
    message: str = ""
    points: tuple[tuple[str, str], ...] = ()


APPROVED = (Line("submitted", "provider", 199), Line("approved", "operator", 197, "Welcome to Hereabouts."))

# By status, and among those that wait by turn: the first of them belongs to a demo sign-in.
THREADS: dict[str, tuple[tuple[Line, ...], ...]] = {
    "draft": ((),),
    "submitted": (
        (
            Line(
                "submitted", "provider", 6, "We have been on Vaasankatu for nine years and moved in August."
            ),
            Line(
                "revision_asked",
                "operator",
                5,
                "Thank you, this is nearly complete. Two small things, then we are done.",
                (
                    (
                        "documents",
                        "The insurance certificate shows your old address. Please send the new one.",
                    ),
                    (
                        "hours",
                        "You wrote that Saturdays are by agreement. Please leave them out of the week.",
                    ),
                ),
            ),
            Line(
                "message",
                "provider",
                3,
                "The insurer sends the certificate on Monday. Is the Saturday all right now?",
            ),
            Line("message", "operator", 3, "Yes, the week is fine like this."),
            Line("submitted", "provider", 2, "Here is the new certificate."),
        ),
        (Line("submitted", "provider", 2),),
        (
            Line(
                "submitted",
                "provider",
                0.4,
                "We would like to open before the holidays, if that is possible.",
            ),
        ),
    ),
    "revision": (
        (
            Line("submitted", "provider", 9),
            Line(
                "revision_asked",
                "operator",
                7,
                "Good to have you. Please have a look at these.",
                (
                    ("staff", "Say for each person since when they do this work."),
                    ("documents", "The photo of the licence is too dark to read its number."),
                ),
            ),
        ),
    ),
    "approved": (APPROVED,),
    "rejected": (
        (
            Line("submitted", "provider", 18),
            Line(
                "rejected",
                "operator",
                15,
                "The trade register says that this business was closed in spring. If that is wrong, appeal and "
                "send a newer extract.",
            ),
        ),
    ),
    "suspended": (
        (
            *APPROVED,
            Line(
                "warned",
                "operator",
                61,
                "Four visits in one month were not held, and nobody answered the phone.",
            ),
            Line(
                "suspended",
                "operator",
                30,
                "Again nobody was there on three days in a row. We look at it together once you have called us.",
            ),
            Line(
                "appealed",
                "provider",
                28,
                "We had a burst pipe, and the phone was in the shop. The bookings should have been cancelled.",
            ),
        ),
    ),
}
