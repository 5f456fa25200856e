"""A site of its own, database included, whose programs may be killed."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.cluster import Cluster
from deploy.installation import Installation
from tests.browser.site import Site, copy_database, database_of_tests, running_site
from tests.setup.site import free_port

FULL = os.environ.get("PROOF") == "full"


@pytest.fixture
def mortal_site(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """As `make run` serves it: PostgreSQL under the supervisor, with nothing of its durability left out."""
    with django_db_blocker.unblock():
        source = database_of_tests()
    place = Installation(tmp_path_factory.mktemp("mortal"), port=free_port())
    cluster = Cluster(place.data / "postgres", place.run)

    def fill() -> None:
        cluster.make()
        with cluster.started(place.log / "postgres.log"):
            cluster.make_database("hereabouts")
            copy_database(source, place.database_url, make=False)

    with running_site(
        place, place.database_url, django_db_blocker.unblock, cluster=cluster, fill=fill
    ) as running:
        yield running
