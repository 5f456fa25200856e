"""Which addresses the worker may send a push to: those of push services, nobody else's."""

from collections.abc import Iterable
from urllib.parse import urlsplit

LONGEST = 1000


def is_push_service(endpoint: str, services: Iterable[str]) -> bool:
    """Whether `endpoint` is at one of `services`: a host, a host with all below it (`*.example.com`), or, for tests and
    development, a whole origin such as `http://127.0.0.1:9000`. But for those it must be https on its own port."""
    if len(endpoint) > LONGEST:
        return False
    try:
        url = urlsplit(endpoint)
        host, port = (url.hostname or "").lower(), url.port
    except ValueError:
        return False
    if not host or url.username is not None or url.password is not None:
        return False
    for service in services:
        if "://" in service:
            if f"{url.scheme}://{url.netloc}" == service:
                return True
        elif url.scheme == "https" and port in (None, 443):
            if service.startswith("*."):
                if host.endswith(service[1:]):
                    return True
            elif host == service:
                return True
    return False
