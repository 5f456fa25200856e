"""What one is told of and how: devices, choices, quiet hours, and the links in letters."""

from datetime import time

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_time
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.principals import Principal
from frontend.guests import access as find_access
from frontend.guests import private
from notifications import push
from notifications.enums import Channel
from notifications.rules.topics import Topic, may_be_switched_off
from notifications.selectors import Notice, devices_of, notices_of, quiet_hours_of
from notifications.services import devices
from notifications.stop_links import find_stop_link

# Name, what it is, and why its letters cannot be switched off.
WORDS = {
    Topic.VISITS: (
        gettext_lazy("Your visits"),
        gettext_lazy("Confirmed, moved, cancelled, on the way to you"),
        gettext_lazy("Letters say what was agreed: they always come."),
    ),
    Topic.REMINDERS: (gettext_lazy("Reminders"), gettext_lazy("The day before a visit"), ""),
    Topic.MESSAGES: (gettext_lazy("Messages"), gettext_lazy("When a business writes to you"), ""),
    Topic.REVIEWS: (gettext_lazy("Reviews"), gettext_lazy("How was it, and answers to what you wrote"), ""),
    Topic.MONEY: (
        gettext_lazy("Money"),
        gettext_lazy("Receipts, and what goes back to you"),
        gettext_lazy("The law asks for receipts: they always come by letter."),
    ),
}


class QuietForm(forms.Form):
    """When devices do not ring."""

    on = forms.BooleanField(required=False)
    starts = forms.TimeField()
    ends = forms.TimeField()


def _me(request: HttpRequest) -> Principal:
    return request.principal  # type: ignore[attr-defined]  # set by the middleware


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@cache_control(private=True, no_store=True)
def notices(request: HttpRequest) -> HttpResponse:
    """Topics by channel, quiet hours, and the devices that are told; POST saves the first two."""
    principal = _me(request)
    reader = principal.require_user().public_id
    failed = False
    if request.method == "POST":
        form = QuietForm(request.POST)
        failed = not form.is_valid()
        if not failed:
            said = {
                (topic, channel): topic in request.POST.getlist(channel)
                for channel in Channel
                for topic in Topic
                if may_be_switched_off(topic, channel)
            }
            devices.change_notices(principal=principal, said=said, quiet=form.cleaned_data)
            return redirect(f"{reverse('account_notices')}?saved=1")
    quiet = quiet_hours_of(reader)
    return render(
        request,
        "account/notices.html",
        {
            "topics": [_row(each) for each in notices_of(reader)],
            "quiet": quiet,
            "starts": _hours(request.POST.get("starts"), quiet.starts),
            "ends": _hours(request.POST.get("ends"), quiet.ends),
            "devices": devices_of(reader),
            "push_key": push.public_key() if push.is_on() else "",
            "push_url": reverse("account_devices"),
            "saved": "saved" in request.GET,
            "failed": failed,
        },
        status=422 if failed else 200,
    )


def _row(notice: Notice) -> dict[str, object]:
    name, what, why = WORDS[notice.topic]
    return {"notice": notice, "name": name, "what": what, "why": why}


def _hours(sent: str | None, kept: time) -> str:
    try:
        return f"{(parse_time(sent) if sent else None) or kept:%H:%M}"
    except ValueError:
        return f"{kept:%H:%M}"


@require_POST
@login_required
def account_devices(request: HttpRequest) -> HttpResponse:
    """A browser of a signed-in reader asks to be told, or not to be any more."""
    return _device(request, _me(request).require_user().public_id)


@require_POST
@login_required
def remove_device(request: HttpRequest, device_id: str) -> HttpResponse:
    """Tell a device of one's own no more."""
    devices.remove_device(readers=[_me(request).require_user().public_id], device=device_id)
    return redirect("account_notices")


@require_POST
@private
def booking_device(request: HttpRequest, ref: str) -> HttpResponse:
    """The same for the customer of a booking, a guest with its link, too."""
    return _device(request, devices.reader_of(find_access(request, ref)))


def _device(request: HttpRequest, reader: str) -> HttpResponse:
    endpoint = request.POST.get("endpoint", "")
    if request.POST.get("do") == "stop":
        devices.remove_device(readers=[reader], endpoint=endpoint)
        return JsonResponse({"told": False})
    devices.add_device(
        reader=reader,
        endpoint=endpoint,
        p256dh=request.POST.get("p256dh", ""),
        auth=request.POST.get("auth", ""),
        timezone=request.POST.get("timezone", ""),
        user_agent=request.headers.get("User-Agent", ""),
    )
    return JsonResponse({"told": True}, status=201)


@csrf_exempt  # mail programs send it by themselves (RFC 8058); the key is what allows it
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def stop_letters(request: HttpRequest) -> HttpResponse:
    """The link in a letter: GET asks, POST does without its like, or wants it again. Raises NotFound."""
    key = request.GET.get("key", "")
    link = find_stop_link(key)
    wanted = request.POST.get("do") == "again"
    if request.method == "POST":
        devices.say(reader=link.reader, topic=link.topic, channel=Channel.MAIL, wanted=wanted)
    name, what, _why = WORDS[Topic(link.topic)]
    return render(
        request,
        "account/stop_letters.html",
        {"name": name, "what": what, "done": request.method == "POST", "wanted": wanted, "key": key},
    )
