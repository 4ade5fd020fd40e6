"""Failures of the shared suite are shown with their values."""

import pytest

pytest.register_assert_rewrite("belfry.testing.journal_suite")
