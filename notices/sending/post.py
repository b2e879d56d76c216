"""Sends a notice in the way of its recipient."""

from notices.models import Notice
from notices.sending.mail import send_mail
from notices.sending.outcome import NotSent
from notices.sending.webhook import send_webhook


def send(notice: Notice) -> str:
    """What was answered. Raises NotSent."""
    if notice.target.startswith("webhook"):
        if notice.webhook is None or not (notice.webhook.is_on or notice.is_test):
            raise _gone("The webhook was deleted, or is off.")
        return send_webhook(notice, notice.webhook)
    if notice.user is None or not notice.user.is_active or not notice.user.email:
        raise _gone("The user was deleted, is not active, or has no mail address.")
    return send_mail(notice, notice.user.email)


def _gone(sentence: str) -> NotSent:
    return NotSent(sentence, is_of_target=False, can_pass=False)
