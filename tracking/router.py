"""Which database holds what: on SQLite the inbox of drafts is a file of its own."""

from django.conf import settings


class InboxRouter:
    """Keeps Draft, and nothing else, in the inbox file where there is one."""

    def db_for_read(self, model, **hints):
        is_draft = model._meta.label == "tracking.Draft"
        return "inbox" if is_draft and "inbox" in settings.DATABASES else None

    db_for_write = db_for_read

    def allow_migrate(self, db, app_label, model_name=None, **hints):
        if "inbox" not in settings.DATABASES:
            return None
        is_draft = app_label == "tracking" and model_name == "draft"
        return is_draft if db == "inbox" else (False if is_draft else None)
