"""The permission that a request needs: the one of the view's model and the request's method."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # views import this module
    from rest_framework.views import APIView

_ACTIONS = {
    "GET": "view",
    "HEAD": "view",
    "OPTIONS": "view",
    "POST": "add",
    "PUT": "change",
    "PATCH": "change",
    "DELETE": "delete",
}


class ModelPermissions(BasePermission):
    """Like Django REST Framework's own model permissions, but reading needs *view*.

    A view names its model as ``permission_model``; an action that needs another permission than
    its method's sets ``permission_action``.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        user = request.user
        if not user.is_authenticated:
            return False
        action = getattr(view, "permission_action", None) or _ACTIONS.get(request.method or "")
        return action is not None and self.may(user, view, action)

    def may(self, user: Any, view: "APIView", action: str) -> bool:
        """Whether a user may do that to what the view shows."""
        return bool(user.has_perm(permission(view, action)))


def permission(view: Any, action: str) -> str:
    """The name of the permission for an action such as *view* on the view's model."""
    meta = view.permission_model._meta  # noqa: SLF001 - Django's name for it
    return f"{meta.app_label}.{action}_{meta.model_name}"
