from django.apps import AppConfig


class ColumnsConfig(AppConfig):
    name = "columns"
