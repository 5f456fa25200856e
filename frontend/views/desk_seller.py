"""Who the marketplace is on the invoices that it makes itself, for its commission."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.provider_desk import attempt
from frontend.views.provider_invoices import SellerForm
from invoices.selectors import own_seller
from invoices.services import SellerDetails, set_own_seller


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def seller(desk: OperatorsDesk) -> HttpResponse:
    """Say who we are: from then on the commission of every month is invoiced when it is over."""
    present = own_seller()
    form = SellerForm(
        desk.request.POST if desk.sent else None,
        initial={name: getattr(present, name) for name in SellerForm.base_fields} if present else {},
    )
    if desk.sent and attempt(
        form,
        lambda: set_own_seller(details=SellerDetails(**form.cleaned_data), actor=desk.actor),
    ):
        messages.success(desk.request, _("Saved. Documents from now on say it so."))
        return redirect("desk:commission")
    return desk.render(
        "seller", nav="commission", status=422 if form.is_bound else 200, form=form, seller=present
    )
