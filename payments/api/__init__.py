"""Money over the API: the terms that a business sells under, its statements and its payouts; and
what operators do about them."""

from ninja import Router

from payments.api import cards, desk, policies, statements, wallets

router = Router(tags=["provider"])
router.add_router("", cards.router)
router.add_router("", wallets.router)
router.add_router("", policies.router)
router.add_router("", statements.router)
router.add_router("", desk.router)
