"""Users, groups and tokens in unfold's look."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from knox.admin import AuthTokenAdmin as KnoxTokenAdmin
from knox.models import AuthToken
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

for model in (User, Group, AuthToken):
    admin.site.unregister(model)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass


@admin.register(AuthToken)
class TokenAdmin(KnoxTokenAdmin, ModelAdmin):  # type: ignore[misc]
    """API tokens. Whoever is no superuser sees and makes only tokens that speak for themselves,
    since a token has all its user's rights."""

    list_display = ("token_key", "user", "created", "expiry")
    raw_id_fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuthToken]:
        found: QuerySet[AuthToken] = super().get_queryset(request)
        return found if request.user.is_superuser else found.filter(user=request.user.pk)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        if not request.user.is_superuser:
            kwargs["queryset"] = User.objects.filter(username=request.user.get_username())
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        return field

    def has_change_permission(self, request: HttpRequest, obj: AuthToken | None = None) -> bool:
        return False
