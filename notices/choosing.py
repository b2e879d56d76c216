"""What people choose: who gets what, and that something is sent now. Each change is in the audit
trail."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from audit.actor import Actor
from notices import delivering
from notices.models import MailRule, Notice, Rule, Webhook
from notices.sending.signing import new_salt
from notices.spreading import Recipient, recipient_of_mail, recipient_of_webhook

RULE_KIND, WEBHOOK_KIND, NOTICE_KIND = "mail rule", "webhook", "notice"
MAX_RULES = 20
MAX_WEBHOOKS = 50
LONGEST_URL = 500
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?"
_PORT = r"(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}))?"
URL_PATTERN = rf"^https://{_HOST}{_PORT}(?:/[A-Za-z0-9._~/%+=&?,:@-]*)?$"
_OPEN_URL_PATTERN = URL_PATTERN.replace("https", "https?", 1)
_CHOSEN = ("events", "kind", "format", "is_digest")


class ChoiceRefused(ValueError):
    """It cannot be chosen so; ``code`` is for programs."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


def clean_url(data: object) -> str:
    """The address of a webhook. Raises Refused."""
    pattern = _OPEN_URL_PATTERN if settings.NOTICE_PRIVATE_ADDRESSES else URL_PATTERN
    if not isinstance(data, str) or len(data) > LONGEST_URL or not re.match(pattern, data):
        raise ChoiceRefused(
            "must be an address such as https://example.org/sluice, without a name and a password",
            "not_an_address",
        )
    return data


def make_rule(user: Any, data: Mapping[str, Any], actor: Actor) -> MailRule:
    """Have a user told by mail. Raises Refused."""
    with transaction.atomic():
        if MailRule.objects.filter(user=user).count() >= MAX_RULES:
            raise ChoiceRefused(f"You have {MAX_RULES} already. Delete one.", "too_many")
        rule = MailRule.objects.create(user=user, **_chosen(data))
        actor.log("created", RULE_KIND, str(rule.pk), values=_told(rule))
    return rule


def change_rule(rule: MailRule, data: Mapping[str, Any], actor: Actor) -> None:
    _change(rule, RULE_KIND, str(rule.pk), data, actor)


def delete_rule(rule: MailRule, actor: Actor) -> None:
    with transaction.atomic():
        actor.log("deleted", RULE_KIND, str(rule.pk), values=_told(rule))
        rule.delete()


def make_webhook(data: Mapping[str, Any], actor: Actor) -> Webhook:
    """Raises Refused."""
    if Webhook.objects.count() >= MAX_WEBHOOKS:
        raise ChoiceRefused(f"There are {MAX_WEBHOOKS} already. Delete one.", "too_many")
    with _named(), transaction.atomic():
        webhook = Webhook.objects.create(salt=new_salt(), **data)
        actor.log("created", WEBHOOK_KIND, webhook.name, values=_told(webhook))
    return webhook


def change_webhook(webhook: Webhook, data: Mapping[str, Any], actor: Actor) -> None:
    """Raises Refused."""
    with _named():
        _change(webhook, WEBHOOK_KIND, webhook.name, data, actor)


def renew_secret(webhook: Webhook, actor: Actor) -> None:
    """From now on its notices are signed with another secret."""
    with transaction.atomic():
        Webhook.objects.filter(pk=webhook.pk).update(salt=new_salt())
        actor.log("renewed the secret", WEBHOOK_KIND, webhook.name)
    webhook.refresh_from_db()


def delete_webhook(webhook: Webhook, actor: Actor) -> None:
    with transaction.atomic():
        actor.log("deleted", WEBHOOK_KIND, webhook.name, values=_told(webhook))
        webhook.delete()


def test_mail(user: Any, actor: Actor) -> Notice:
    return _test(recipient_of_mail(user), actor)


def test_webhook(webhook: Webhook, actor: Actor) -> Notice:
    return _test(recipient_of_webhook(webhook), actor)


def send_again(notice: Notice, actor: Actor) -> None:
    """Have a notice sent now, whatever became of it."""
    with transaction.atomic():
        delivering.send_now(notice)
        actor.log("sent again", NOTICE_KIND, str(notice.pk))


def _test(recipient: Recipient, actor: Actor) -> Notice:
    with transaction.atomic():
        notice = Notice.objects.create(
            target=recipient.target,
            user_id=recipient.user_id,
            webhook_id=recipient.webhook_id,
            address=recipient.address,
            is_test=True,
        )
        delivering.send_now(notice)
        actor.log("sent a test", NOTICE_KIND, str(notice.pk), to=recipient.address)
    return notice


def _change(
    rule: MailRule | Webhook, kind: str, target: str, data: Mapping[str, Any], actor: Actor
) -> None:
    before = {name: getattr(rule, name) for name in data}
    values = {name: [before[name], value] for name, value in data.items() if before[name] != value}
    if not values:
        return
    with transaction.atomic():
        for name, value in data.items():
            setattr(rule, name, value)
        rule.save(update_fields=list(data))
        actor.log("changed", kind, target, values=values)


def _chosen(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in _CHOSEN if name in data}


def _told(rule: Rule) -> dict[str, Any]:
    names = (*_CHOSEN, "url") if isinstance(rule, Webhook) else _CHOSEN
    return {name: getattr(rule, name) for name in names}


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise ChoiceRefused("another webhook has this name", "taken") from error
