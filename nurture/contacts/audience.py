"""How many people and companies stand where: the library's question behind the coverage map."""

from django.db.models import Count

from nurture.contacts.models import Contact


def audience() -> dict[tuple[int, int | None], dict[str, int | None]]:
    """{(stage id, persona id or None): {"contacts": n, "accounts": n, "weeks": None}} in one query.

    Weeks of supply are not known yet: they need the streams' cadence.
    """
    rows = (
        Contact.objects.filter(stage__isnull=False, synthetic=False, internal=False, erased_at=None)
        .order_by()
        .values_list("stage_id", "persona_id")
        .annotate(contacts=Count("pk"), accounts=Count("account", distinct=True))
    )
    return {
        (stage, persona): {"contacts": contacts, "accounts": accounts, "weeks": None}
        for stage, persona, contacts, accounts in rows
    }
