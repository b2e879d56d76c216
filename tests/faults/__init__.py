"""Tests in which processes die and services fail."""

import pytest

# What the stack asserts is told like what tests do.
pytest.register_assert_rewrite("tests.faults.stack")
