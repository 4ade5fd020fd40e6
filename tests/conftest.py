"""What every test may rely on; fixtures of one room live beside that room's tests.

Hypothesis runs the same examples each time and watches no clock, so that a slow machine is no failure. To look
further than the usual hundred examples: `make test ARGS="--hypothesis-profile=search"`.
"""

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite(
    "belfry.testing.journal_suite", "belfry.testing.notifier_suite"
)  # so that its failures are shown with their values

settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "search", deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")
