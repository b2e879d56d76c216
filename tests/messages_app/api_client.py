"""API clients of users with some permissions, who show a token."""

from django.contrib.auth.models import Permission, User
from knox.models import AuthToken
from rest_framework.test import APIClient


def api_client(*permissions: str) -> APIClient:
    """A client whose user has these permissions, such as ``ingestion.view_import``."""
    user = User.objects.create_user(f"user-{User.objects.count()}")
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    _, token = AuthToken.objects.create(user)
    return APIClient(HTTP_AUTHORIZATION=f"Token {token}")
