"""Logging in and out, and changing one's password, for staff and others alike."""

from datetime import timedelta
from math import ceil
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import REDIRECT_FIELD_NAME, forms, views
from django.contrib.messages.views import SuccessMessageMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_safe
from unfold.forms import AdminOwnPasswordChangeForm
from unfold.widgets import BASE_INPUT_CLASSES

from common.pages.htmx import is_htmx
from common.pages.render import frame, render_page


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
        if is_htmx(request):
            # A page that refreshes a part of itself was logged out: let all of it come here.
            return HttpResponse(headers={"HX-Refresh": "true"})
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self) -> str:
        """Not this page itself, which would send on for ever who is logged in."""
        url = super().get_success_url()
        is_here = url.partition("?")[0] == self.request.path
        return self.get_default_redirect_url() if is_here else url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"title": "Log in", "site_url": None}
        return {**frame(self.request), **super().get_context_data(**kwargs), **own}


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The answer to a login after too many failures; the setting AXES_LOCKOUT_CALLABLE names it."""
    lock = AxesProxyHandler.get_implementation().lock(request, credentials)
    minutes = ceil(lock.seconds / 60)
    context = {
        "title": "Log in",
        "site_url": None,
        "reason": lock.reason,
        "minutes": minutes,
        # The next whole minute: nobody comes a few seconds too early.
        "ends": timezone.now() + timedelta(minutes=minutes),
    }
    page = render_page(request, "project/locked_out.html", context, 429)
    page["Retry-After"] = str(lock.seconds)
    return page


@require_safe
def admin_login(request: HttpRequest) -> HttpResponse:
    """There is one page to log in. The admin sends here also who is logged in without being staff:
    for them another login would change nothing."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    query = QueryDict(mutable=True)
    query[REDIRECT_FIELD_NAME] = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
    return redirect(f"{reverse('login')}?{query.urlencode(safe='/')}")


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
