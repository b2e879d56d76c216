from django.apps import AppConfig


class SilenceConfig(AppConfig):
    name = "silence"
