from rest_framework.routers import SimpleRouter

from ingestion.api.views import ImportViewSet

router = SimpleRouter()
router.register("imports", ImportViewSet, basename="api-import")

urlpatterns = router.urls
