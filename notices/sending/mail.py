"""Notices by mail, through Django's backend: EMAIL_URL says which."""

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage

from notices.models import Notice
from notices.sending.content import as_text, subject_of
from notices.sending.outcome import NotSent

_OFF = "django.core.mail.backends.dummy.EmailBackend"


def is_set_up() -> bool:
    """Whether there is a way for mail to go."""
    return bool(settings.EMAIL_BACKEND != _OFF)


def send_mail(notice: Notice, address: str) -> str:
    """What was answered. Raises NotSent."""
    if not is_set_up():
        sentence = "Sluice cannot send mail: set EMAIL_URL."
        raise NotSent(sentence, can_pass=False)
    mail = EmailMessage(
        subject_of(notice),
        as_text(notice),
        settings.DEFAULT_FROM_EMAIL,
        [address],
        headers={
            # The same at each try, so that a repeat is known.
            "Message-ID": f"<{notice.pk}@{_domain()}>",
            "Sluice-Notice-Id": str(notice.pk),
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise NotSent(
            f"The mail server refuses {address}: {code} {_text(text)}", is_of_target=False
        ) from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(
            f"The mail server answers {error.smtp_code} {_text(error.smtp_error)}"
        ) from error
    except (OSError, ValueError) as error:  # smtplib's own errors are among these
        why = str(error) or type(error).__name__
        raise NotSent(f"The mail server cannot be reached or used: {why}") from error
    return "taken by the mail server"


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "sluice"


def _text(response: bytes | str) -> str:
    return response.decode(errors="replace") if isinstance(response, bytes) else response
