from functools import partial

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from cms import ports


class TrackingConfig(AppConfig):
    name = "tracking"
    label = "tracking"

    def ready(self):
        """Connect what happens in the library to the ledger, and answer what the library asks of it."""
        from tracking import (  # noqa: PLC0415 -- all need the loaded app registry
            figures,
            receivers,  # noqa: F401 -- connects on import
            rollups,
            tokens,
            wordings,
        )

        ports.asset_figures.fill(figures.of_assets)
        ports.readings.fill(rollups.by_week)
        ports.consent_questions.fill(wordings.of_forms)
        ports.sign_link.fill(partial(tokens.sign, "download"))
        ports.read_link.fill(partial(tokens.read, "download"))
        post_migrate.connect(prepare_tables, sender=self)


def prepare_tables(using, **_):
    """After the main database is migrated, the inbox file has its table too, and the ledger its next months."""
    from tracking import inbox, months  # noqa: PLC0415 -- both need the loaded app registry

    if using == "default":
        inbox.prepare()
        months.prepare()
