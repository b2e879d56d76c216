"""Who may do what on the pages of imports."""

from django.contrib.auth.decorators import permission_required

may_view = permission_required("ingestion.view_import", raise_exception=True)
may_add = permission_required("ingestion.add_import", raise_exception=True)
may_change = permission_required("ingestion.change_import", raise_exception=True)
may_delete = permission_required("ingestion.delete_import", raise_exception=True)
