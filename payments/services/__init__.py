"""What can be done with money. Amounts are minor units; bookings and providers are named by public id.

Verbs that talk to a gateway (start_payment, sync_payment, sync_booking, carry_out_refund, check_payments,
retry_refunds) are called outside a transaction; the others join the caller's.
"""

from payments.services.cards import (
    NO_CARD,
    CardChoice,
    choose_card,
    forget_at_gateways,
    forget_cards_of,
    remove_card,
)
from payments.services.checkpoints import keep_checkpoints
from payments.services.comparing import compare_day, compare_days, look_again, settle_difference
from payments.services.counter import (
    give_back_at_counter,
    record_counter_payment,
    reverse_counter_payment,
)
from payments.services.escrow import keep_fee, release_escrow, settle_cancellation, share_out
from payments.services.gateway_state import apply_gateway_state
from payments.services.holding import release_hold, take_hold
from payments.services.ledger import post, reverse, verify
from payments.services.locks import register_owner_lock
from payments.services.opening import cancel_open_payments, prepare_payment, start_payment
from payments.services.payees import adopt_payee, check_payees, hear_of_payee, set_up_payee, sync_payee
from payments.services.payout_file import make_payout_file
from payments.services.payout_holds import (
    drop_payout_terms,
    free_payouts,
    hold_payouts,
    set_payout_terms,
)
from payments.services.payout_runs import plan_payout, plan_runs, start_run
from payments.services.payout_steps import (
    apply_payout_state,
    carry_out_payout,
    fail_payout,
    finish_payout,
    send_payouts,
)
from payments.services.policies import drop_bounds, drop_policy, set_bounds, set_policy
from payments.services.rates import (
    drop_commission,
    drop_commission_vat,
    set_commission,
    set_commission_vat,
)
from payments.services.reconcile import check_payments, retry_refunds, sync_booking, sync_payment
from payments.services.refund_limits import set_refund_limit
from payments.services.refunds import carry_out_refund, refund_payment
from payments.services.shares import register_sold
from payments.services.wallet_payouts import (
    agree_to_wallet_payout,
    ask_wallet_payout,
    finish_wallet_payout,
    refuse_wallet_payout,
)
from payments.services.wallets import (
    compensate,
    pay_from_wallet,
    return_wallet_part,
    send_wallet_back,
)
from payments.services.webhooks import receive_webhook

__all__ = [
    "NO_CARD",
    "CardChoice",
    "adopt_payee",
    "agree_to_wallet_payout",
    "apply_gateway_state",
    "apply_payout_state",
    "ask_wallet_payout",
    "cancel_open_payments",
    "carry_out_payout",
    "carry_out_refund",
    "check_payees",
    "check_payments",
    "choose_card",
    "compare_day",
    "compare_days",
    "compensate",
    "drop_bounds",
    "drop_commission",
    "drop_commission_vat",
    "drop_payout_terms",
    "drop_policy",
    "fail_payout",
    "finish_payout",
    "finish_wallet_payout",
    "forget_at_gateways",
    "forget_cards_of",
    "free_payouts",
    "give_back_at_counter",
    "hear_of_payee",
    "hold_payouts",
    "keep_checkpoints",
    "keep_fee",
    "look_again",
    "make_payout_file",
    "pay_from_wallet",
    "plan_payout",
    "plan_runs",
    "post",
    "prepare_payment",
    "receive_webhook",
    "record_counter_payment",
    "refund_payment",
    "refuse_wallet_payout",
    "register_owner_lock",
    "register_sold",
    "release_escrow",
    "release_hold",
    "remove_card",
    "retry_refunds",
    "return_wallet_part",
    "reverse",
    "reverse_counter_payment",
    "send_payouts",
    "send_wallet_back",
    "set_bounds",
    "set_commission",
    "set_commission_vat",
    "set_payout_terms",
    "set_policy",
    "set_refund_limit",
    "set_up_payee",
    "settle_cancellation",
    "settle_difference",
    "share_out",
    "start_payment",
    "start_run",
    "sync_booking",
    "sync_payee",
    "sync_payment",
    "take_hold",
    "verify",
]
