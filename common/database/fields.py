"""Columns that several tables have."""

from django.db import models

from common.tracing.request_id import MAX_LENGTH


def request_id_field() -> "models.CharField[str, str]":
    """Of the request by which a row came about, empty where none did."""
    return models.CharField(
        max_length=MAX_LENGTH, blank=True, default="", db_default="", editable=False
    )
