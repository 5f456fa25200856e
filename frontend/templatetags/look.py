"""Tags and filters of every page: icons, plates, money, times, status words, drawn shop fronts."""

import json
import zlib
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.code_app import code_now
from accounts.rules.contacts import spaced_phone
from common.money import Money
from frontend import drawing, formats, once, payment_words, statuses

register = template.Library()


@lru_cache(maxsize=1)
def _sprite() -> dict[str, str]:
    """Icon markup by name, written by the front end's build."""
    path = Path(settings.BASE_DIR) / "frontend" / "dist" / "icons.json"
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        raise ImproperlyConfigured(
            "The pages are not built: run `npm ci && npm run build` in frontend/."
        ) from None


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon inline, hidden from assistive technology: the words beside it say the same."""
    inner = _sprite().get(name)
    if inner is None:
        raise template.TemplateSyntaxError(f"icon {name!r} is not in frontend/src/icons.txt")
    # The markup is our build's, from a pinned package.
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        css,
        mark_safe(inner),  # noqa: S308
    )


@register.simple_tag
def status_badge(status: str, word: str = "") -> SafeString:
    """A booking's status: colour, icon and word; `word` where the reader is not the customer."""
    seen = statuses.look(status)
    return format_html(
        '<span class="badge {}">{}{}</span>', seen.css, icon(seen.icon, "icon--s"), word or seen.word
    )


@register.simple_tag
def shop_front(
    seed: str, category: str, name: str, number: str = "", lit: bool = False, crop: str = "wide"
) -> SafeString:
    """An outlet's drawn house as decoration; `seed` is its public id, `category` its category's slug."""
    shop = drawing.Shop(seed, drawing.kind_of(category), name, number or "", bool(lit))
    return mark_safe(drawing.shop_front(shop, drawing.Crop(crop)))  # noqa: S308  # names are escaped by the pen


@register.simple_tag
def shop_room(seed: str, category: str, shelf: bool = False) -> SafeString:
    """The drawn room of an outlet, or its shelf."""
    return mark_safe(drawing.interior(seed, drawing.kind_of(category), shelf=shelf))  # noqa: S308  # holds no text


@register.simple_tag
def quiet_street() -> SafeString:
    """The drawing of an empty state."""
    return mark_safe(drawing.quiet_street())  # noqa: S308  # holds no text


@register.filter
def house_number(street_line: str) -> str:
    """The house number of a street line, for the enamel plate: "Kalevankatu 18 B" gives 18."""
    for word in reversed(street_line.replace(",", " ").split()):
        if word[:1].isdigit():
            return word.split("-")[0]
    return ""


@register.filter
def initials(name: str) -> str:
    """Up to two letters of a name; the last two signs of a Chinese one."""
    words = name.split()
    if not words:
        return "?"
    if ord(words[0][0]) > 0x2E80:
        return name[-2:]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def tint(name: str) -> str:
    """The avatar class of a name: the same person is always the same colour."""
    return f"avatar--{zlib.crc32(name.encode()) % 5}"


@register.filter
def money(amount: Any, currency: str = "") -> str:
    """Minor units, or a Money, with cents: {{ booking.price|money }} or {{ 5800|money:'EUR' }}."""
    if isinstance(amount, Money):
        return amount.format(formats.locale())
    return formats.money(int(amount), currency)


@register.filter
def money_short(amount: Any, currency: str = "") -> str:
    """The same without empty cents."""
    if isinstance(amount, Money):
        return formats.money_short(amount.amount, amount.currency)
    return formats.money_short(int(amount), currency)


@register.filter
def phone(number: str) -> str:
    """+358 40 1234567."""
    return spaced_phone(number)


@register.filter
def in_fours(number: str) -> str:
    """A long number in groups, as people read and type it: FI21 1234 5600 0007 85."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


@register.filter
def clock(moment: datetime, zone: str) -> str:
    """{{ slot.start|clock:outlet.timezone }}: 14:30."""
    return formats.clock_time(moment, zone)


@register.filter
def day(moment: datetime, zone: str) -> str:
    """Today, Tomorrow, or Wed 25."""
    return formats.day_word(moment, zone)


@register.filter
def day_inside(moment: datetime, zone: str) -> str:
    """The same within a sentence: today, tomorrow, or Wed 25."""
    return formats.day_inside(moment, zone)


@register.filter
def long_day(moment: datetime, zone: str) -> str:
    """Wednesday 25 November."""
    return formats.pattern(formats.local(moment, zone).date(), "long")


@register.filter
def when(moment: datetime, zone: str) -> str:
    """Wed 25 November, 14:30."""
    return formats.when(moment, zone)


@register.filter
def date_of(moment: datetime, zone: str) -> str:
    """25 November 2026."""
    return formats.pattern(formats.local(moment, zone).date(), "date")


@register.filter
def usual_date(moment: datetime) -> str:
    """25 November 2026, where most outlets are: for what belongs to none."""
    return date_of(moment, formats.usual_zone())


@register.filter
def usual_when(moment: datetime) -> str:
    """Wed 25 November, 14:30, where most outlets are."""
    return formats.when(moment, formats.usual_zone())


@register.filter
def month_of(moment: datetime, zone: str) -> str:
    """March 2026."""
    return formats.pattern(formats.local(moment, zone).date(), "month")


@register.filter
def month_name(day: date) -> str:
    """The month of a date: November 2026."""
    return formats.pattern(day, "month")


@register.filter
def plain_date(day: date) -> str:
    """A local date without a zone: Wed 25 November."""
    return formats.pattern(day, "medium")


@register.filter
def full_date(day: date) -> str:
    """A date with its year, without a zone: 25 November 2026."""
    return formats.pattern(day, "date")


@register.filter
def zone_words(moment: datetime, zone: str) -> str:
    """Helsinki time (EET)."""
    return formats.zone_name(moment, zone)


@register.filter
def duration(minutes: int) -> str:
    return formats.duration(int(minutes))


@register.filter
def distance(metres: float) -> str:
    return formats.distance(float(metres))


@register.filter
def listed(words: Iterable[str]) -> str:
    """Several things in one line: haircuts, colouring, beards."""
    return formats.listed(words)


@register.filter
def walk(metres: float) -> str:
    return formats.walk(float(metres))


@register.filter
def decimal(value: float) -> str:
    """A number in the reader's way of writing: 4.9."""
    return formats.number(value)


@register.simple_tag
def lang_attr(language: str) -> SafeString:
    """A lang attribute for provider text in another language than the page's."""
    if not language or language.split("-")[0] == formats.language():
        return mark_safe("")
    return format_html(' lang="{}"', language)


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, hint: str = "", icon_name: str = "") -> dict[str, Any]:
    """A form field with label, hint and error, wired for assistive technology."""
    described = [f"{bound.id_for_label}-hint"] if (hint or bound.help_text) else []
    if bound.errors:
        described.append(f"{bound.id_for_label}-error")
    attributes: dict[str, str | bool] = {}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {
        "bound": bound,
        "widget": bound.as_widget(attrs=attributes),
        "hint": hint or bound.help_text,
        "optional": not bound.field.required,
    }


@register.simple_tag(takes_context=True)
def url_with(context: dict[str, Any], **changes: Any) -> str:
    """This page's address with some parameters changed; an empty value takes one away; paging starts anew."""
    query = context["request"].GET.copy()
    query.pop("cursor", None)
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag
def new_key() -> str:
    """A key for one form of one rendered page (frontend/once.py)."""
    return once.new_key()


@register.filter
def payment_word(status: str) -> str:
    """How a payment stands, in words."""
    return str(payment_words.PAYMENT.get(status, status))


@register.filter
def refund_word(status: str) -> str:
    """How a refund stands, in words."""
    return str(payment_words.REFUND.get(status, status))


@register.simple_tag
def demo_code() -> str:
    """What the demo operators' code app shows now; "" where there is no demo."""
    return code_now(settings.DEMO_TOTP_SECRET) if settings.DEMO_TOTP_SECRET else ""
