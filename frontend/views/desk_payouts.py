"""Payouts at the operators' desk: runs, the bank's file, what has arrived, and who is not paid for now."""

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError, NotFound
from frontend import desk_nav
from frontend.desk_nav import Queue
from frontend.once import new_key
from frontend.payee_words import payee_words
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.desk_money_forms import HoldForm, PayoutTermsForm
from frontend.views.provider_desk import attempt
from payments import services
from payments.enums import PayoutStatus, PayoutWay
from payments.models import Payout, PayoutRun
from payments.selectors import payouts as read
from providers.models import Provider
from providers.selectors.bank import bank_account

SHOWN = 50

desk_nav.register(
    Queue(
        name="payouts",
        title=gettext_lazy("Payouts"),
        icon="banknote",
        route="desk:payouts",
        rows=read.waiting_payouts,
        since="created_at",
        position=70,
    )
)


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def runs(desk: OperatorsDesk) -> HttpResponse:
    """The runs, who is held, and everybody's terms; POST with `do` = run begins one, `do` = terms sets them."""
    do = desk.request.POST.get("do", "")
    if do == "run":
        services.start_run(key=f"by-hand:{desk.request.POST.get('key', '')[:30]}", actor=desk.actor)
        messages.success(desk.request, _("The run begins within a minute."))
        return redirect("desk:payouts")
    row, terms = read.own_terms(None), read.terms_of(None)
    form = PayoutTermsForm(
        desk.request.POST if desk.sent else None,
        for_one=False,
        initial=PayoutTermsForm.initial_of(terms, row),
    )
    if desk.sent and attempt(
        form, lambda: services.set_payout_terms(provider=None, terms=form.terms(), actor=desk.actor)
    ):
        messages.success(desk.request, _("Saved."))
        return redirect("desk:payouts")
    return desk.render(
        "payouts",
        nav="payouts",
        status=422 if desk.sent else 200,
        runs=list(read.runs()[:SHOWN]),
        holds=list(read.holds()[:SHOWN]),
        form=form,
        key=new_key(),
    )


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def run(desk: OperatorsDesk, run_id: str) -> HttpResponse:
    """One run; POST with `do` = paid or failed and `payout` marks one, `do` = all_paid all that are on their way."""
    found = _run(run_id)
    payouts = list(read.payouts_in(found)[:1000])
    if desk.sent:
        _mark(desk, found, payouts)
        return redirect("desk:payout_run", run_id)
    sums = read.payouts_in(found).order_by().values("currency", "status").annotate(sum=Sum("amount"))
    return desk.render(
        "payout_run",
        nav="payouts",
        run=found,
        payouts=payouts,
        sums=sums.order_by("currency", "status"),
        labels=dict(PayoutStatus.choices),
        for_bank=any(row.way == PayoutWay.FILE and row.status == PayoutStatus.PLANNED for row in payouts),
        in_bank=any(row.way == PayoutWay.FILE and row.status == PayoutStatus.SENT for row in payouts),
    )


def _mark(desk: OperatorsDesk, found: PayoutRun, payouts: list[Payout]) -> None:
    """Raises NotFound for what is not of this run, or not marked by hand."""
    do, wanted = desk.request.POST.get("do", ""), desk.request.POST.get("payout", "")
    mine = {row.public_id: row for row in payouts if not row.gateway}
    if do == "all_paid":
        marked = [row for row in mine.values() if row.status == PayoutStatus.SENT]
    elif wanted in mine and do in ("paid", "failed"):
        marked = [mine[wanted]]
    else:
        raise NotFound
    try:
        for row in marked:
            if do == "failed":
                services.fail_payout(payout_id=row.public_id, failure="returned", actor=desk.actor)
            else:
                services.finish_payout(payout_id=row.public_id, actor=desk.actor)
        messages.success(desk.request, _("Noted."))
    except DomainError as error:
        messages.error(desk.request, str(error.detail))


@at_operators_desk(methods=("POST",))
def file(desk: OperatorsDesk, run_id: str) -> HttpResponse:
    """The bank's file of a run (pain.001): each reading stands in the record."""
    try:
        made = services.make_payout_file(run=_run(run_id), operator=desk.user)
    except DomainError as error:
        messages.error(desk.request, str(error.detail))
        return redirect("desk:payout_run", run_id)
    return HttpResponse(
        made.body,
        content_type="application/xml",
        headers={
            "Content-Disposition": f'attachment; filename="pain.001-{made.message_id}.xml"',
            "Cache-Control": "no-store",
        },
    )


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def business(desk: OperatorsDesk, provider_id: str) -> HttpResponse:
    """How a business is paid; POST with `do` = hold, free, terms or drop_terms."""
    found = Provider.objects.filter(public_id=provider_id).first()
    if found is None:
        raise NotFound
    do = desk.request.POST.get("do", "")
    row, terms = read.own_terms(found), read.terms_of(found)
    hold_form = HoldForm(desk.request.POST if do == "hold" else None)
    form = PayoutTermsForm(
        desk.request.POST if do == "terms" else None,
        for_one=True,
        initial=PayoutTermsForm.initial_of(terms, row),
    )
    if desk.sent and _change(desk, do, found, hold_form, form):
        messages.success(desk.request, _("Saved."))
        return redirect("desk:business_money", provider_id)
    return desk.render(
        "business_money",
        nav="find",
        status=422 if desk.sent else 200,
        provider=found,
        hold=read.hold_on(found),
        hold_form=hold_form,
        form=form,
        row=row,
        account=bank_account(found),
        payee=payee_words(found, terms),
        balances=[(code, read.due_of(provider_id, code, terms)) for code in read.currencies_of(found)],
        payouts=list(read.payouts_of(found)[:SHOWN]),
    )


def _change(
    desk: OperatorsDesk, do: str, found: Provider, hold_form: HoldForm, form: PayoutTermsForm
) -> bool:
    actor = desk.actor
    if do == "hold":
        return bool(
            attempt(
                hold_form,
                lambda: services.hold_payouts(
                    provider=found, reason=hold_form.cleaned_data["reason"], actor=actor
                ),
            )
        )
    if do == "terms":
        return bool(
            attempt(form, lambda: services.set_payout_terms(provider=found, terms=form.terms(), actor=actor))
        )
    if do == "free":
        services.free_payouts(provider=found, actor=actor)
    elif do == "drop_terms":
        services.drop_payout_terms(provider=found, actor=actor)
    return do in ("free", "drop_terms")


def _run(run_id: str) -> PayoutRun:
    found = PayoutRun.objects.filter(public_id=run_id).first()
    if found is None:
        raise NotFound
    return found
