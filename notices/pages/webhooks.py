"""The pages of webhooks, for staff."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from audit.actor import Actor, Channel
from common.pages.render import render_page
from notices import choosing
from notices.choosing import ChoiceRefused
from notices.models import Webhook
from notices.pages.forms import WebhookForm
from notices.sending.content import label_of
from notices.sending.signing import secret_of

may_view = permission_required("notices.view_webhook", raise_exception=True)
may_add = permission_required("notices.add_webhook", raise_exception=True)
may_change = permission_required("notices.change_webhook", raise_exception=True)
may_delete = permission_required("notices.delete_webhook", raise_exception=True)


@require_http_methods(["GET", "HEAD"])
@never_cache
@login_required
@may_view
def webhooks(request: HttpRequest) -> HttpResponse:
    found = [(one, [label_of(event) for event in one.events]) for one in Webhook.objects.all()]
    return render_page(request, "notices/webhooks.html", {"title": "Webhooks", "webhooks": found})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@may_add
def new_webhook(request: HttpRequest) -> HttpResponse:
    form = WebhookForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            webhook = choosing.make_webhook(form.data_to_keep, _actor(request))
        except ChoiceRefused as error:
            form.add_error("name" if error.code == "taken" else None, _sentence(error))
        else:
            messages.success(
                request,
                "The webhook was made. Give its secret to the program that receives the notices.",
            )
            return redirect("webhook", webhook.pk)
    context = {"title": "New webhook", "form": form}
    status = 400 if form.is_bound else 200
    return render_page(request, "notices/webhook.html", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@may_change
def webhook_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What it is told of, to change; and its secret, for those who may change it."""
    webhook = get_object_or_404(Webhook, pk=pk)
    sent = request.POST if request.method == "POST" else None
    form = WebhookForm(sent, user=request.user, webhook=webhook)
    if form.is_valid():
        try:
            choosing.change_webhook(webhook, form.data_to_keep, _actor(request))
        except ChoiceRefused as error:
            form.add_error("name", _sentence(error))
        else:
            messages.success(request, "Saved.")
            return redirect("webhook", webhook.pk)
    context = {
        "title": "Webhook",
        "form": form,
        "webhook": webhook,
        "secret": secret_of(webhook),
    }
    status = 400 if form.is_bound else 200
    return render_page(request, "notices/webhook.html", context, status)


@require_POST
@login_required
@may_change
def test_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    webhook = get_object_or_404(Webhook, pk=pk)
    choosing.test_webhook(webhook, _actor(request))
    messages.success(request, "A test is sent in a few seconds. The page Notices shows the answer.")
    return redirect("webhook", pk)


@require_POST
@login_required
@may_change
def renew_secret(request: HttpRequest, pk: int) -> HttpResponse:
    choosing.renew_secret(get_object_or_404(Webhook, pk=pk), _actor(request))
    messages.success(
        request, "The webhook has a new secret. Give it to the program that receives the notices."
    )
    return redirect("webhook", pk)


@require_POST
@login_required
@may_delete
def delete_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    choosing.delete_webhook(get_object_or_404(Webhook, pk=pk), _actor(request))
    messages.success(request, "Deleted.")
    return redirect("webhooks")


def _sentence(error: ChoiceRefused) -> str:
    text = str(error).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def _actor(request: HttpRequest) -> Actor:
    return Actor.from_request(request, Channel.PAGE)
