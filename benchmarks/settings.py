"""The production settings, and one more address: the limit that the figures are compared to."""

from marketplace.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
