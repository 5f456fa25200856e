"""What the worker does for the whole house by the clock."""

import logging

from procrastinate.contrib.django import app

from common.logs import kind
from marketplace import retention

log = logging.getLogger(__name__)


@app.periodic(cron="53 * * * *", periodic_id="keep-no-longer")
@app.task(name="marketplace.keep_no_longer", queueing_lock="marketplace.keep_no_longer")
def keep_no_longer(timestamp: int) -> None:
    """Delete or blank what has been kept long enough. A rule that fails keeps no other back."""
    for rule in retention.RULES:
        try:
            done = retention.keep(rule)
        except Exception as error:
            # Without its text: a refusal of the database repeats the row.
            log.error("retention of %s failed: %s", rule.name, kind(error))
        else:
            if done:
                log.info("retention of %s: %s rows", rule.name, done)
