import secrets
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from common.checks import WITHOUT_PAGES
from project.local.emulator.snapshots import replace_file

USER_NAME = "admin"
# A token that ends sooner is replaced: the stack may run for days.
_LEFT = timedelta(days=7)


class Command(BaseCommand):
    help = "Makes the superuser admin and an API token for it, and writes both secrets to files."
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--directory", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        self._write_token(self._user(directory / "admin-password"), directory / "api-token")

    def _user(self, path: Path) -> User:
        """The user; a password that somebody changed in the meantime stays."""
        user = User.objects.filter(username=USER_NAME).first()
        if user:
            return user
        # The file first: a user whose password nobody knows would be of no use.
        if not path.exists():
            replace_file(path, secrets.token_urlsafe(18) + "\n")
        password = path.read_text().strip()
        self.stdout.write(f"made the user {USER_NAME}; its password is in {path}")
        # Its notices are written to a folder: the address need not be one.
        address = f"{USER_NAME}@localhost"
        return User.objects.create_superuser(USER_NAME, address, password)

    def _write_token(self, user: User, path: Path) -> None:
        old = _stored(path.read_text().strip()) if path.exists() else None
        if old and old.expiry and old.expiry - timezone.now() > _LEFT:
            return
        _, token = AuthToken.objects.create(user)
        replace_file(path, token + "\n")
        if old:
            old.delete()
        self.stdout.write(f"made an API token for {USER_NAME}; it is in {path}")


def _stored(token: str) -> AuthToken | None:
    """What the database has of a token, if it is valid."""
    try:
        _, stored = TokenAuthentication().authenticate_credentials(token.encode())
    except AuthenticationFailed:
        return None
    return stored
