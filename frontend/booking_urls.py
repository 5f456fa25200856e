"""The addresses of a booking's journey, from choosing a time to looking back at it."""

from django.urls import path

from frontend.views import (
    booking,
    booking_data,
    bookings,
    changes,
    checkout,
    here,
    hold,
    invoice,
    objecting,
    price,
    review,
    slots,
)

urlpatterns = [
    path("o/<str:outlet>/book/<str:service>", slots.slots, name="slots"),
    path("hold", hold.hold, name="hold"),
    path("bookings", bookings.bookings, name="bookings"),
    path("b/<str:ref>", booking.booking, name="booking"),
    path("b/<str:ref>/checkout", checkout.checkout, name="checkout"),
    path("b/<str:ref>/calendar.ics", booking.calendar, name="booking_ics"),
    path("b/<str:ref>/code.svg", booking.code_picture, name="booking_qr"),
    path("b/<str:ref>/data", booking_data.data, name="booking_data"),
    path("b/<str:ref>/data.json", booking_data.data_json, name="booking_data_json"),
    path("b/<str:ref>/price/<str:change>/<slug:answer>", price.answer, name="answer_price"),
    path("b/<str:ref>/pay", price.pay, name="pay_rest"),
    path("b/<str:ref>/receipt", price.receipt, name="receipt"),
    path("b/<str:ref>/invoices", invoice.make, name="make_invoice"),
    path("b/<str:ref>/company", invoice.company, name="invoice_company"),
    path("b/<str:ref>/invoices/<str:invoice_id>.pdf", invoice.pdf, name="invoice"),
    path("here/<str:outlet_id>", here.here, name="here"),
    path("b/<str:ref>/here", here.arrive, name="arrive"),
    path("b/<str:ref>/good", booking.close, name="close_booking"),
    path("b/<str:ref>/object", objecting.object_to, name="object"),
    path("b/<str:ref>/not-come", objecting.not_come, name="not_come"),
    path("b/<str:ref>/concede-objection", objecting.concede, name="concede_objection"),
    path("b/<str:ref>/withdraw-objection", objecting.withdraw, name="withdraw_objection"),
    path("b/<str:ref>/cancel", changes.cancel, name="cancel"),
    path("b/<str:ref>/keep", changes.keep, name="keep"),
    path("b/<str:ref>/move", changes.move, name="move"),
    path("b/<str:ref>/review", review.review, name="review"),
    path("b/<str:ref>/review/photos/<str:photo_id>", review.photo, name="review_photo"),
    path("reviews/<str:review_id>/report", review.report, name="report_review"),
]
