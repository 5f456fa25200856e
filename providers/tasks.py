"""What the worker does for businesses by the clock."""

from procrastinate.contrib.django import app

from providers.services import pictures, vetting
from providers.services.invitations import expire_invitations


@app.periodic(cron="* * * * *", periodic_id="end-suspensions")
@app.task(name="providers.end_suspensions", queueing_lock="providers.end_suspensions")
def end_suspensions(timestamp: int) -> None:
    """End the suspensions whose time is over."""
    vetting.end_suspensions()


@app.periodic(cron="*/15 * * * *", periodic_id="papers-by-date")
@app.task(name="providers.watch_documents", queueing_lock="providers.watch_documents")
def watch_documents(timestamp: int) -> None:
    """What the day does to papers: those that run out or have, those that are asked for anew."""
    vetting.remind_of_documents()
    vetting.expire_documents()
    vetting.announce_requirements()
    vetting.bind_requirements()


@app.periodic(cron="*/10 * * * *", periodic_id="invitations-by-date")
@app.task(name="providers.end_invitations", queueing_lock="providers.end_invitations")
def end_invitations(timestamp: int) -> None:
    """End the invitations whose days are over: their addresses go."""
    expire_invitations()


@app.periodic(cron="29 * * * *", periodic_id="removed-pictures")
@app.task(name="providers.forget_removed_pictures", queueing_lock="providers.forget_removed_pictures")
def forget_removed_pictures(timestamp: int) -> None:
    """Delete the pictures of outlets that were removed a day ago."""
    pictures.forget_removed()
