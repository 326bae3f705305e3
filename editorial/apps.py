from django.apps import AppConfig


class EditorialConfig(AppConfig):
    name = "editorial"
    label = "editorial"

    def ready(self):
        """Hear of publications."""
        from editorial import receivers  # noqa: PLC0415, F401 -- connects on import, needs the loaded app registry
