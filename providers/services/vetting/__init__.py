"""Vetting with due process: applications, decisions, papers, the thread, appeals.

Verbs of operators take the deciding `operator`; those of members the writing `user`. Whoever calls has checked
that they may: members through providers.selectors.access, operators at their desk.
"""

from providers.services.vetting.appeals import appeal, claim_appeal, decide_appeal, release_appeal
from providers.services.vetting.applications import (
    approve,
    ask_for_revision,
    claim_application,
    reject,
    release_application,
    submit,
)
from providers.services.vetting.documents import (
    accept_document,
    open_document,
    refuse_document,
    submit_document,
)
from providers.services.vetting.expiry import end_suspensions, expire_documents, remind_of_documents
from providers.services.vetting.kinds import set_document_kind
from providers.services.vetting.requirements import announce_requirements, bind_requirements
from providers.services.vetting.standing import reinstate, suspend, warn
from providers.services.vetting.writing import write

__all__ = [
    "accept_document",
    "announce_requirements",
    "appeal",
    "approve",
    "ask_for_revision",
    "bind_requirements",
    "claim_appeal",
    "claim_application",
    "decide_appeal",
    "end_suspensions",
    "expire_documents",
    "open_document",
    "refuse_document",
    "reinstate",
    "reject",
    "release_appeal",
    "release_application",
    "remind_of_documents",
    "set_document_kind",
    "submit",
    "submit_document",
    "suspend",
    "warn",
    "write",
]
