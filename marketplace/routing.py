"""Every socket of the site."""

from channels.routing import URLRouter
from django.urls import path, re_path

from bookings.consumers import BoardConsumer, BookingConsumer, NoSuchSocket, QueueConsumer, SlotsConsumer

sockets = URLRouter(
    [
        path("ws/bookings/<str:ref>", BookingConsumer.as_asgi()),
        path("ws/outlets/<str:outlet>/slots", SlotsConsumer.as_asgi()),
        path("ws/board/<str:outlet>", BoardConsumer.as_asgi()),
        path("ws/queue/<str:place>", QueueConsumer.as_asgi()),
        re_path("", NoSuchSocket.as_asgi()),
    ]
)
