"""The user and the token that ``bin/up`` makes."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.models import AuthToken

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make(tmp_path)
    return tmp_path


def make(directory: Path) -> None:
    call_command("local_accounts", "--directory", str(directory))


def secret(path: Path) -> str:
    return path.read_text().strip()


def test_the_password_and_the_token_work(directory):
    user = User.objects.get(username="admin")
    assert user.check_password(secret(directory / "admin-password"))
    assert user.is_superuser
    token = secret(directory / "api-token").encode()
    assert TokenAuthentication().authenticate_credentials(token)[0] == user


@pytest.mark.parametrize("name", ["admin-password", "api-token"])
def test_only_the_owner_reads_the_files(directory, name):
    assert (directory / name).stat().st_mode & 0o777 == 0o600


def test_a_second_run_changes_nothing(directory):
    before = [secret(directory / name) for name in ("admin-password", "api-token")]
    make(directory)
    assert [secret(directory / name) for name in ("admin-password", "api-token")] == before
    assert AuthToken.objects.count() == 1


def test_a_password_that_was_changed_stays(directory):
    user = User.objects.get(username="admin")
    user.set_password("another one")
    user.save()
    make(directory)
    user.refresh_from_db()
    assert user.check_password("another one")


def test_after_the_loss_of_the_database_the_password_is_the_same_and_the_token_new(directory):
    old_token = secret(directory / "api-token")
    User.objects.all().delete()
    make(directory)
    user = User.objects.get(username="admin")
    assert user.check_password(secret(directory / "admin-password"))
    new_token = secret(directory / "api-token")
    assert new_token != old_token
    assert TokenAuthentication().authenticate_credentials(new_token.encode())


def test_the_token_expires(directory):
    left = AuthToken.objects.get().expiry - timezone.now()
    assert timedelta(days=89) < left <= timedelta(days=90)


@pytest.mark.parametrize("left", [timedelta(days=6), timedelta(days=-1), None])
def test_a_token_that_ends_soon_or_never_is_replaced(directory, left):
    old_token = secret(directory / "api-token")
    AuthToken.objects.update(expiry=left and timezone.now() + left)
    make(directory)
    new_token = secret(directory / "api-token")
    assert new_token != old_token
    assert TokenAuthentication().authenticate_credentials(new_token.encode())
    assert AuthToken.objects.count() == 1


def test_a_token_with_more_than_a_week_left_stays(directory):
    old_token = secret(directory / "api-token")
    AuthToken.objects.update(expiry=timezone.now() + timedelta(days=8))
    make(directory)
    assert secret(directory / "api-token") == old_token
