"""The pages that people see."""

from django.apps import AppConfig


class FrontendConfig(AppConfig):
    name = "frontend"
