"""The page on which users make and revoke their own API tokens."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from audit.actor import Actor, Channel
from common.pages.render import render_page
from project.access import tokens
from project.access.token_forms import TokenForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def tokens_page(request: HttpRequest) -> HttpResponse:
    """The answer to the form shows the new token, which no other page ever does again."""
    form = TokenForm(request.POST if request.method == "POST" else None, maker=request.user)
    if not form.is_valid():
        return _show(request, form, 400 if form.is_bound else 200)
    token, secret = form.make(Actor.from_request(request, Channel.PAGE))
    return _show(request, TokenForm(maker=request.user), new=token, secret=secret)


@require_POST
@login_required
def revoke_token(request: HttpRequest) -> HttpResponse:
    for token in tokens.of_user(request.user).filter(pk=request.POST.get("token", "")):  # type: ignore[arg-type]
        tokens.revoke(token, Actor.from_request(request, Channel.PAGE))
        messages.success(request, "The token was revoked. Programs that still use it are refused.")
    return redirect("tokens")


def _show(request: HttpRequest, form: TokenForm, status: int = 200, **new: Any) -> HttpResponse:
    context = {
        "title": "Your API tokens",
        "form": form,
        "tokens": [
            (token, tokens.name_of(token), tokens.shown(token))
            for token in tokens.of_user(request.user)  # type: ignore[arg-type]
        ],
        **new,
    }
    return render_page(request, "project/tokens.html", context, status)
