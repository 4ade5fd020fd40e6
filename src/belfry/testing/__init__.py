"""The kit for those who write a part of their own: shared suites that every implementation of a door runs.

Needs pytest, pytest-asyncio (`asyncio_mode = "auto"`) and hypothesis. Register a suite for readable failures before you
import it: `pytest.register_assert_rewrite("belfry.testing.journal_suite")`.
"""
