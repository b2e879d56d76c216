from django.urls import path
from rest_framework.routers import SimpleRouter

from ingestion.api.deletions.views import DeleteRecordsView, DeletionViewSet
from ingestion.api.devices.views import DeviceViewSet
from ingestion.api.formats.views import FormatViewSet
from ingestion.api.views import ImportViewSet

router = SimpleRouter()
router.register("imports", ImportViewSet, basename="api-import")
router.register("formats", FormatViewSet, basename="api-format")
router.register("devices", DeviceViewSet, basename="api-device")
router.register("deletions", DeletionViewSet, basename="api-deletion")

urlpatterns = [
    *router.urls,
    path(
        "records/<str:kind>/delete/",
        DeleteRecordsView.as_view({"post": "create"}),
        name="api-records-delete",
    ),
]
