"""What the audit trail called a door is a channel. Rows stay as they are: the column is renamed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0004_saved_views")]

    operations = [migrations.RenameField("auditentry", "door", "channel")]
