"""Logging in and out, and changing one's password, for staff and others alike."""

from typing import Any

from django.contrib.auth import forms, views
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy
from unfold.forms import AdminOwnPasswordChangeForm
from unfold.widgets import BASE_INPUT_CLASSES

from messages_app.pages.render import frame


class LoginForm(forms.AuthenticationForm):
    """Django's form, which unlike the admin's lets in those who are not staff."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = " ".join(BASE_INPUT_CLASSES)


class LoginView(views.LoginView):
    form_class = LoginForm
    template_name = "project/login.html"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "HX-Request" in request.headers:
            # A page that refreshes a part of itself was logged out: let all of it come here.
            return HttpResponse(headers={"HX-Refresh": "true"})
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"title": "Log in", "site_url": None}
        return {**frame(self.request), **super().get_context_data(**kwargs), **own}


class PasswordChangeView(SuccessMessageMixin, views.PasswordChangeView):  # type: ignore[type-arg]
    form_class = AdminOwnPasswordChangeForm
    template_name = "project/password.html"
    success_url = reverse_lazy("home")
    success_message = "Your password was changed."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **frame(self.request),
            **super().get_context_data(**kwargs),
            "title": "Change your password",
        }
