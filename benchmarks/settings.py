"""The production settings, but for what measuring needs."""

from marketplace.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
# All clients ask from one address.
HOLDS_PER_ADDRESS = 0
