from django.urls import path

from notices.pages import log, own, webhooks

urlpatterns = [
    path("notices/", own.own_notices, name="notices"),
    path("notices/test/", own.test_mail, name="notices-test"),
    path("notices/<int:pk>/delete/", own.delete_rule, name="mail-rule-delete"),
    path("notices/log/", log.notice_log, name="notice-log"),
    path("notices/log/<uuid:pk>/", log.notice_page, name="notice"),
    path("notices/log/<uuid:pk>/send/", log.send_again, name="notice-send"),
    path("notices/mails/", log.mails, name="mails"),
    path("notices/webhooks/", webhooks.webhooks, name="webhooks"),
    path("notices/webhooks/new/", webhooks.new_webhook, name="webhook-new"),
    path("notices/webhooks/<int:pk>/", webhooks.webhook_page, name="webhook"),
    path("notices/webhooks/<int:pk>/test/", webhooks.test_webhook, name="webhook-test"),
    path("notices/webhooks/<int:pk>/secret/", webhooks.renew_secret, name="webhook-secret"),
    path("notices/webhooks/<int:pk>/delete/", webhooks.delete_webhook, name="webhook-delete"),
]
