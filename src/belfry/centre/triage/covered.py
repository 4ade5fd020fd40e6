"""What becomes of a signal that a test covers: it is kept and kept quiet. And of one that its test, or a storm, left.

A restore or a cancel of an incident that was open before the test still finds it: a test quiets what begins, never what
is already an operator's.
"""

from msgspec import structs

from belfry.centre.triage.case import Case, Decided
from belfry.domain.facts import Act, Logged

AFTER_TEST = "after_test"
AFTER_STORM = "after_storm"
STORM = "s"
"""How the ids of storms begin; those of tests begin with `t`."""


def muted(case: Case, test: str) -> Logged:
    """The line in the log for what would have been an operator's."""
    logged = case.logged("on test", act=Act.ON_TEST)
    return structs.replace(logged, test=test, in_alarm=case.verdict.restore != "none")


def as_tested(case: Case, test: str, settled: Decided) -> Decided:
    """What only went to the log goes there as part of the test; what an open incident heard stays with it."""
    return [
        structs.replace(fact, act=Act.ON_TEST, test=test) if type(fact) is Logged and fact.incident is None else fact
        for fact in settled
    ]


def left_over(case: Case, after: str) -> Case:
    """Its test or storm is over, and nothing has restored it."""
    verdict, storm = case.verdict, after.startswith(STORM)
    reason = "still in trouble at the end of a storm" if storm else "still in alarm at the end of a test"
    mark = AFTER_STORM if storm else AFTER_TEST
    verdict = structs.replace(verdict, reasons=(*verdict.reasons, reason))
    return structs.replace(case, verdict=verdict, marks=(*case.marks, mark))
