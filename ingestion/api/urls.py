from rest_framework.routers import SimpleRouter

from ingestion.api.formats.views import FormatViewSet
from ingestion.api.views import ImportViewSet

router = SimpleRouter()
router.register("imports", ImportViewSet, basename="api-import")
router.register("formats", FormatViewSet, basename="api-format")

urlpatterns = router.urls
