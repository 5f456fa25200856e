"""Links in letters with which their reader does without letters like them: a capability to one topic of one reader."""

from urllib.parse import urlencode

from django.conf import settings
from django.core import signing

from common.errors import NotFound
from notifications.models import StopLink

SALT = "notifications.stop"


def stop_link(*, reader: str, topic: str) -> str:
    """The address with which whoever reads a letter does without its like. The same for every letter of a topic."""
    link, _ = StopLink.objects.get_or_create(reader=reader, topic=topic)
    key = signing.dumps(link.public_id, salt=SALT, compress=False)
    return f"{settings.SITE_URL}/letters/stop?{urlencode({'key': key})}"


def find_stop_link(key: str) -> StopLink:
    """What a link opens. Raises NotFound for a key that is not ours, or revoked."""
    try:
        public_id = signing.loads(key, salt=SALT)
    except signing.BadSignature:
        raise NotFound from None
    found = StopLink.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
