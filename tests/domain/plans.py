"""Plans for tests: short ones that show one thing each, and any that may be kept."""

from typing import Any

from hypothesis import strategies as st

from belfry.domain.plan import END, OUTCOMES, Level, Plan, Step, StepType, When

POLICE = Step(id="police", do=StepType.NOTIFY, text="Tell the police", demanded=True, reference=True)
PREMISES = Step(id="premises", do=StepType.CALL_PREMISES, text="Call the premises")
HOLDER = Step(id="holder", do=StepType.CALL_CONTACT, text="Call a contact", arrival=True)


def a_plan(*steps: Step, kinds: tuple[str, ...] = ("PROP.ALARM.OUTDOOR",), **fields: Any) -> Plan:
    when = fields.pop("when", When(kinds=kinds))
    return Plan(**{"id": "one", "name": "One", "when": when, "steps": steps or (PREMISES, POLICE), **fields})


@st.composite
def any_steps(draw: st.DrawFn) -> tuple[Step, ...]:
    """Steps of every type that lead anywhere ahead, so that nothing loops."""
    types = draw(st.lists(st.sampled_from(StepType), min_size=1, max_size=8))
    found = []
    for n, do in enumerate(types):
        ahead = [*(f"s{m}" for m in range(n + 1, len(types))), END]
        then = draw(st.dictionaries(st.sampled_from(OUTCOMES[do]), st.sampled_from(ahead), max_size=len(OUTCOMES[do])))
        found.append(
            Step(
                id=f"s{n}",
                do=do,
                text="What is to be done",
                demanded=draw(st.booleans()),
                arrival=do in (StepType.CALL_CONTACT, StepType.SEND) and draw(st.booleans()),
                wait_s=60 if do is StepType.WAIT else None,
                then=then,
            )
        )
    return tuple(found)


@st.composite
def any_plan(draw: st.DrawFn) -> Plan:
    return a_plan(*draw(any_steps()), level=draw(st.sampled_from([Level.CENTRE, Level.TENANT])))
