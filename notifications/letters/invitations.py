"""What somebody is told whom a business invites: whose wish it is, and that nothing happens by itself."""

from urllib.parse import urlencode

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.letters.letter import Letter
from providers.models import Invitation
from providers.selectors.invitations import key_of


def invited(invitation: Invitation) -> Letter:
    """The invitation, with the link that shows it and declines it; accepting takes signing in."""
    name = invitation.provider.name
    return Letter(
        subject=_("%(name)s invites you to join") % {"name": name},
        heading=_("%(name)s invites you to join their business.") % {"name": name},
        paragraphs=[
            _("Accept it only if you work with them. To accept, sign in with this e-mail address."),
            _("If you do nothing, nothing happens. The business does not learn whether you have an account."),
        ],
        facts=[
            (_("Business"), name),
            (_("Role"), str(invitation.get_role_display())),
            (_("Until"), date_format(invitation.expires_at, "DATE_FORMAT")),
        ],
        link=f"{settings.SITE_URL}/provider/invitation?{urlencode({'key': key_of(invitation)})}",
        link_text=_("See the invitation"),
    )
