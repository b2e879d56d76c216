"""Something to show: a month of made-up readings, put into the bucket as files like any others."""

from ingestion.aws.object_keys import DEMO_PREFIX as PREFIX

__all__ = ["KIND", "PREFIX"]

KIND = "demo-climate"
