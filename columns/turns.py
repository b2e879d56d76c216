"""What the listeners do for columns by turns: they look which days changed and are quiet by now,
and have workers build their files."""

import structlog

from columns import files
from columns.models import Builder
from columns.tasks import build
from common.aws.sending import send_once
from common.errors import ServiceError

log = structlog.get_logger(__name__)


def take_turn() -> None:
    """Failures of SQS are logged."""
    for kind in sorted(files.due_kinds()):
        try:
            send_once(build, Builder.objects.all(), kind)
        except ServiceError as error:
            log.warning("columns not built", kind=kind, error=str(error))
