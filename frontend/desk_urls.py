"""The operators' desk."""

from django.urls import path

from frontend.views import (
    desk,
    desk_appeals,
    desk_commission,
    desk_find,
    desk_gateways,
    desk_objections,
    desk_payouts,
    desk_quality,
    desk_record,
    desk_refunds,
    desk_reviews,
    desk_terms,
    desk_vetting,
)

app_name = "desk"

_application = "applications/<str:application_id>/"

urlpatterns = [
    path("", desk.overview, name="overview"),
    path("applications/", desk_vetting.applications, name="applications"),
    path(_application, desk_vetting.application, name="application"),
    path(f"{_application}claim/", desk_vetting.claim, name="claim"),
    path(f"{_application}release/", desk_vetting.release, name="release"),
    path(f"{_application}write/", desk_vetting.write, name="write"),
    path(f"{_application}decide/<slug:decision>/", desk_vetting.decide, name="decide"),
    path("documents/", desk_vetting.documents, name="documents"),
    path("documents/<str:document_id>/decide/", desk_vetting.decide_document, name="decide_document"),
    path("appeals/", desk_appeals.appeals, name="appeals"),
    path("appeals/<str:appeal_id>/", desk_appeals.appeal, name="appeal"),
    path("appeals/<str:appeal_id>/claim/", desk_appeals.claim, name="appeal_claim"),
    path("appeals/<str:appeal_id>/release/", desk_appeals.release, name="appeal_release"),
    path("find/", desk_find.find, name="find"),
    path("providers/<str:provider_id>/", desk_find.provider, name="provider"),
    path("providers/<str:provider_id>/bank/", desk_find.bank, name="bank"),
    path("providers/<str:provider_id>/money/", desk_payouts.business, name="business_money"),
    path("providers/<str:provider_id>/<slug:measure>/", desk_find.measure, name="measure"),
    path("people/<str:person_id>/", desk_find.person, name="person"),
    path("bookings/<str:ref>/", desk_find.booking, name="booking"),
    path("bookings/<str:ref>/refund/", desk_refunds.give, name="refund"),
    path("refunds/", desk_refunds.listing, name="refunds"),
    path("refunds/limits/", desk_refunds.limits, name="refund_limits"),
    path("refunds/<str:refund_id>/", desk_refunds.one, name="refund_request"),
    path("record/", desk_record.record, name="record"),
    path("commission/", desk_commission.listing, name="commission"),
    path("commission/edit/", desk_commission.edit, name="commission_edit"),
    path("payouts/", desk_payouts.runs, name="payouts"),
    path("payouts/<str:run_id>/", desk_payouts.run, name="payout_run"),
    path("payouts/<str:run_id>/file/", desk_payouts.file, name="payout_file"),
    path("terms/", desk_terms.listing, name="terms"),
    path("terms/edit/", desk_terms.edit, name="terms_edit"),
    path("reviews/", desk_reviews.listing, name="reviews"),
    path("reviews/<str:review_id>/", desk_reviews.review, name="review"),
    path("quality/", desk_quality.listing, name="quality"),
    path("quality/<str:case_id>/", desk_quality.case, name="case"),
    path("disputes/", desk_gateways.disputes, name="disputes"),
    path("gateways/", desk_gateways.listing, name="gateways"),
    path("gateways/<str:difference>/again/", desk_gateways.again, name="difference_again"),
    path("gateways/<str:difference>/settle/", desk_gateways.settle, name="difference_settle"),
    path("objections/", desk_objections.listing, name="objections"),
    path("objections/<str:objection>/", desk_objections.one, name="objection"),
]
