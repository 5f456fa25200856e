"""Print who can sign in to the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from marketplace.demo.signins import PASSWORD, SIGN_INS


class Command(BaseCommand):
    help = "Print the demo sign-ins: e-mail, password, role."

    def handle(self, *args: Any, **options: Any) -> None:
        known = set(
            User.objects.filter(email__in=[s.email for s in SIGN_INS]).values_list("email", flat=True)
        )
        people = [s for s in SIGN_INS if s.email in known]
        if not people:
            raise CommandError("There is no demo city here yet: run manage.py demo_city first.")
        width = max(len(s.email) for s in people)
        self.stdout.write(f"Demo sign-ins (password of all: {PASSWORD})")
        for s in people:
            self.stdout.write(f"  {s.email:{width}}  {s.role:8}  {s.name}, {s.what}")
        if settings.DEMO_TOTP_SECRET:
            self.stdout.write(
                "Operators are asked for a second factor: the demo mailbox (/mailbox/) shows the code of their app,\n"
                f"and so does manage.py demo_code; the secret for an app of your own: {settings.DEMO_TOTP_SECRET}"
            )
