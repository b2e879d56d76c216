from rest_framework.routers import SimpleRouter

from notices.api.log import NoticeViewSet
from notices.api.views import RuleViewSet, WebhookViewSet

router = SimpleRouter()
router.register("notices", NoticeViewSet, basename="api-notice")
router.register("mail-rules", RuleViewSet, basename="api-mail-rule")
router.register("webhooks", WebhookViewSet, basename="api-webhook")

urlpatterns = router.urls
