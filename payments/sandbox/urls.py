from django.urls import path

from payments.sandbox import views

urlpatterns = [path("pay/<slug:intent_id>", views.pay, name="sandbox_pay")]
