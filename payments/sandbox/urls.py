from django.urls import path

from payments.sandbox import views

urlpatterns = [
    path("pay/<slug:intent_id>", views.pay, name="sandbox_pay"),
    path("payee/<slug:payee_id>", views.payee, name="sandbox_payee"),
]
