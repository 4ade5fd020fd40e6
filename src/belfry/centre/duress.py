"""The silent alarm behind a duress word: raised where the word was said, told to nobody who could be overheard.

Whoever says such a word is answered as if it were the right one (RULES 2, silent sites). So this is a signal of the
centre itself, and goes through the same door as every other; the answer to the word does not come from here.
"""

from datetime import datetime
from typing import Final

from belfry.domain.signal import AccountKey, Arrival, Category, Method, Signal, SignalState
from belfry.domain.site import Account

KIND: Final = "PERS.ALARM.DURESS"
SUBTYPE: Final = "duress"
ANY_RECEIVER: Final = "api"
"""Under which an account that answers to any receiver is named, where no signal of it names one."""


def duress_alarm(account: Account, now: datetime, heard_as: AccountKey | None = None) -> Arrival:
    """Return the arrival that opens or joins PERS.ALARM.DURESS at an account.

    `heard_as` is how a signal of it names the account, such as that of the incident about which the word was asked.
    """
    key = heard_as or AccountKey(account.receiver or ANY_RECEIVER, account.prefix, account.account)
    signal = Signal(
        method=Method.SYSTEM,
        receiver=key.receiver,
        received_at=now,
        prefix=key.prefix,
        account=key.account,
        category=Category.PANIC,
        subtype=SUBTYPE,
        state=SignalState.ALARM,
        kind=KIND,
        site=account.id,
    )
    return Arrival(signals=(signal,))
