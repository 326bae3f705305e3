from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"

    def ready(self):
        """Read every app's policies, then keep Django's group permissions equal to them after each migrate."""
        # Policies need the loaded app registry; so do those that register their kinds of job by being imported.
        from cms import address, classifying, policy, postgres  # noqa: PLC0415, F401
        from cms.admin import exports  # noqa: PLC0415
        from cms.importers import undoing, work  # noqa: PLC0415, F401

        policy.load()
        exports.calculate_nothing()
        connection_created.connect(postgres.compile_nothing)
        # Asked after the last app: earlier, a fresh database does not hold every app's permissions yet.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(policy.grant_model_permissions, sender=last)
        post_migrate.connect(address.keep, sender=last)
