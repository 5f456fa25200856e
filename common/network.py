"""Where a request came from."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network

from django.conf import settings


def network_address(meta: Mapping[str, str]) -> str:
    """The address of a request (WSGI environ): the peer, or what a trusted proxy in front of it forwards.

    X-Forwarded-For is believed from the right, and only as far as TRUSTED_PROXIES go; a Unix socket's peer is
    the proxy on the same machine and named `unix`.
    """
    hop = meta.get("REMOTE_ADDR", "") or "unix"
    forwarded = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    while _is_trusted(hop) and forwarded:
        hop = forwarded.pop()
    return hop


def _is_trusted(hop: str) -> bool:
    for proxy in settings.TRUSTED_PROXIES:
        if proxy == hop:
            return True
        try:
            if ip_address(hop) in ip_network(proxy, strict=False):
                return True
        except ValueError:
            continue
    return False
