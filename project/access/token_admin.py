"""API tokens of all users in the admin: made and shown once, watched, revoked."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.actions import delete_selected as ask_and_delete
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from knox import admin as _  # noqa: F401 - registers what is taken out below
from knox.models import AuthToken

from audit.admin.base import StaffAdmin
from project.access import tokens
from project.access.token_forms import TokenForm

admin.site.unregister(AuthToken)


@admin.register(AuthToken)
class TokenAdmin(StaffAdmin):
    """Who may see tokens sees those of all, and none of what they are good for. Who is no
    superuser makes only tokens that speak for themselves."""

    audit_kind = tokens.KIND
    list_display = ("user", "name", "shown_key", "created", "expiry", "last_used")
    list_display_links = None
    list_select_related = ("user", "info")
    list_filter = ("created", "expiry", "info__last_used")
    list_fullwidth = True
    search_fields = ("user__username", "info__name")
    search_help_text = "User or name"
    ordering = ("-created",)
    fields = list_display
    actions = ("delete_selected",)
    export_columns = ("user", "name", "shown_key", "created", "expiry", "last_used")

    @admin.display(description="Name", ordering="info__name", empty_value="")
    def name(self, token: AuthToken) -> str:
        return tokens.name_of(token)

    @admin.display(description="Begins with")
    def shown_key(self, token: AuthToken) -> str:
        return tokens.shown(token)

    @admin.display(description="Last used", ordering="info__last_used", empty_value="never")
    def last_used(self, token: AuthToken) -> Any:
        info = getattr(token, "info", None)
        return info.last_used if info else None

    def has_change_permission(self, request: HttpRequest, obj: AuthToken | None = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> TemplateResponse:
        """The answer to the form shows the token, which no other page ever does again."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        form = TokenForm(data, maker=request.user, with_users=True)
        context = {
            **self.admin_site.each_context(request),
            "title": "Make an API token",
            "opts": self.opts,
            "form": form,
        }
        if form.is_valid():
            context["new"], context["secret"] = form.make(self.actor(request))
        return TemplateResponse(request, "project/admin_token.html", context)

    @admin.action(description="Revoke selected tokens", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: "QuerySet[AuthToken]") -> Any:
        """Django's own, which asks first, under the name that people know."""
        return ask_and_delete(self, request, queryset)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        chosen = [tokens.in_words(token) for token in objs]
        return chosen, {"tokens": len(chosen)}, set(), []

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """It is done where they are revoked."""

    def delete_model(self, request: HttpRequest, obj: AuthToken) -> None:
        tokens.revoke(obj, self.actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[AuthToken]") -> None:
        for token in queryset.select_related("user", "info"):
            tokens.revoke(token, self.actor(request))
