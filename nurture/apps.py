from django.apps import AppConfig
from django.utils.module_loading import import_string

# Where triggers, conditions, actions and parts of the timeline register themselves (docs/architecture.md).
REGISTERING = (
    "nurture.contacts.happenings",
    "nurture.rules.triggers",
    "nurture.rules.conditions",
    "nurture.rules.actions",
    "nurture.mail.actions",
    "nurture.sales.conditions",
    "nurture.sales.actions",
    "nurture.sales.channels",
    "nurture.sales.decisions",
)


class NurtureConfig(AppConfig):
    name = "nurture"
    label = "nurture"

    def ready(self):
        """Let every kind register, then connect the wake-up signals and answer the library's questions."""
        for module in (*REGISTERING, "nurture.receivers"):
            import_string(f"{module}.__name__")
