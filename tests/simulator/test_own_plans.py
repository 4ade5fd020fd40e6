"""The town's own plans may be kept."""

from belfry.domain import kinds
from belfry.domain.plan_checks import check
from belfry.simulator.own_plans import HARBOUR, OWN_PLANS, own_plan
from belfry.simulator.town import CAST


def test_the_plans_of_the_town_may_be_kept_and_belong_to_its_cast() -> None:
    plans = [HARBOUR, *(own_plan(role, "a1") for role in OWN_PLANS)]
    assert {plan.id: check(plan, kinds.load()) for plan in plans} == {plan.id: [] for plan in plans}
    assert HARBOUR.adds
    assert set(OWN_PLANS) <= {site.role for site in CAST}
