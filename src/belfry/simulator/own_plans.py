"""Plans of the town beside the library: one of a single account, and one by place that only adds."""

from collections.abc import Mapping
from typing import Final

from msgspec import structs

from belfry.domain.contacts import CallList
from belfry.domain.plan import END, Level, Outcome, Plan, Step, StepType, When
from belfry.domain.site_file import AgencyType
from belfry.simulator.town import MIDDLE

PHARMACY: Final = Plan(
    id="vaccine-fridge",
    name="Pharmacy: the vaccine fridge",
    level=Level.ACCOUNT,
    when=When(kinds=("TECH.COLD",)),
    steps=(
        Step(
            id="holder",
            do=StepType.CALL_CONTACT,
            contacts=CallList.TECHNICAL,
            arrival=True,
            demanded=True,
            text="Two hours above eight degrees and the vaccines are lost. Who goes, and when is he there?",
            then={Outcome.REACHED: "moved"},
        ),
        Step(
            id="technician",
            do=StepType.NOTIFY,
            agency=AgencyType.INSTALLER,
            text="Nobody goes: order the cooling service, and say that it is a fridge for vaccines.",
            then={Outcome.PASSED: END},
        ),
        Step(
            id="moved",
            do=StepType.CONFIRM,
            text="Are the vaccines moved to the fridge upstairs, or is it cold again?",
            then={Outcome.YES: END, Outcome.NO: END},
        ),
    ),
)

HARBOUR: Final = Plan(
    id="harbour",
    name="Around the harbour: the harbour master",
    when=When(
        kinds=("FIRE", "ENV"),
        polygon=(
            (MIDDLE[0] - 0.02, MIDDLE[1] - 0.03),
            (MIDDLE[0], MIDDLE[1] - 0.03),
            (MIDDLE[0], MIDDLE[1] + 0.03),
            (MIDDLE[0] - 0.02, MIDDLE[1] + 0.03),
        ),
    ),
    steps=(
        Step(
            id="master",
            do=StepType.NOTIFY,
            agency=AgencyType.OTHER,
            demanded=True,
            text="Tell the harbour master on channel 12: boats keep clear of the quay.",
        ),
    ),
)

OWN_PLANS: Final[Mapping[str, Plan]] = {"pharmacy": PHARMACY}
"""By the role of the site."""


def own_plan(role: str, account_id: str) -> Plan:
    return structs.replace(OWN_PLANS[role], of=account_id)
