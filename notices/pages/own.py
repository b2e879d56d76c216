"""The page on which users choose what they are told of by mail."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from audit.actor import Actor, Channel
from common.pages.render import render_page
from notices import choosing
from notices.choosing import ChoiceRefused
from notices.models import MailRule
from notices.pages.forms import RuleForm
from notices.sending.content import label_of
from notices.sending.mail import is_set_up


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def own_notices(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST if request.method == "POST" else None, user=request.user)
    if not form.is_valid():
        return _show(request, form, 400 if form.is_bound else 200)
    try:
        choosing.make_rule(request.user, form.data_to_keep, _actor(request))
    except ChoiceRefused as error:
        form.add_error(None, str(error))
        return _show(request, form, 400)
    messages.success(request, "You get these notices from now on.")
    return redirect("notices")


@require_POST
@login_required
def delete_rule(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    choosing.delete_rule(get_object_or_404(MailRule, pk=pk, user=user), _actor(request))
    messages.success(request, "You no longer get these notices.")
    return redirect("notices")


@require_POST
@login_required
def test_mail(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not user.email:
        messages.warning(request, "Your account has no mail address.")
        return redirect("notices")
    choosing.test_mail(user, _actor(request))
    messages.success(request, f"A test mail is sent to {user.email} in a few seconds.")
    return redirect("notices")


def _show(request: HttpRequest, form: RuleForm, status: int = 200) -> HttpResponse:
    user: Any = request.user
    rules = MailRule.objects.filter(user=user)
    context = {
        "title": "Your notices",
        "form": form,
        "rules": [(rule, [label_of(one) for one in rule.events]) for rule in rules],
        "is_set_up": is_set_up(),
        "address": user.email,
    }
    return render_page(request, "notices/own.html", context, status)


def _actor(request: HttpRequest) -> Actor:
    return Actor.from_request(request, Channel.PAGE)
