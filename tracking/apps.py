from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TrackingConfig(AppConfig):
    name = "tracking"
    label = "tracking"

    def ready(self):
        """Connect what happens in the library to the ledger."""
        from tracking import receivers  # noqa: PLC0415, F401 -- connects on import, needs the loaded app registry

        post_migrate.connect(prepare_inbox, sender=self)


def prepare_inbox(using, **_):
    """After the main database is migrated, the inbox file has its table too."""
    from tracking import inbox  # noqa: PLC0415 -- needs the loaded app registry

    if using == "default":
        inbox.prepare()
