"""The development mailbox."""

from django.urls import path

from notifications import views

app_name = "mailbox"
urlpatterns = [
    path("mailbox/", views.mailbox, name="list"),
    path("mailbox/<int:pk>/", views.mail, name="mail"),
    path("mailbox/<int:pk>/html/", views.mail_html, name="html"),
    path("mailbox/<int:pk>/files/<int:number>/", views.mail_file, name="file"),
]
