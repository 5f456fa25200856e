"""Let somebody who lost their second factor set up another one."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from accounts.services.sessions import end_sessions
from common import audit
from common.actors import SYSTEM


class Command(BaseCommand):
    help = (
        "Remove a user's second factors and end their sessions: they sign in by code, and set up another one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError("Nobody has this address.")
        audit.name_actor(SYSTEM)
        gone, _ = Authenticator.objects.filter(user=user).delete()
        end_sessions(user)
        audit.record(
            actor=SYSTEM,
            action="factor.dropped",
            object_type="user",
            object_id=user.public_id,
            chained=True,
            count=gone,
        )
        self.stdout.write(f"{gone} removed; every session of {user.public_id} has ended.")
