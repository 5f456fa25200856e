"""Prints a bearer token for the API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services
from accounts.models import User
from accounts.principals import OPERATOR_SCOPES, SCOPES
from common.errors import DomainError


class Command(BaseCommand):
    help = "Make an API token for the user with this e-mail and print it, once: only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--scopes",
            nargs="+",
            default=sorted(SCOPES.keys() - OPERATOR_SCOPES),
            metavar="SCOPE",
            help=f"of {', '.join(sorted(SCOPES))}",
        )
        parser.add_argument("--name", default="command line", help="what the account page calls it")

    def handle(self, *args: Any, **options: Any) -> None:
        email = User.objects.clean_email(options["email"])
        user = User.objects.filter(email=email, is_active=True).first() if email else None
        if user is None:
            raise CommandError(f"there is no active user with the e-mail {options['email']}")
        try:
            # Who may run this on the server may do all that an operator may.
            _, secret = services.create_token(
                user=user, name=options["name"], scopes=options["scopes"], as_operator=True
            )
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from error
        self.stdout.write(secret)
