"""Rows that a form names by their key."""

from django.http import Http404

from cms.keys import number


def one_of(queryset, key):
    """The row of that key in there. Raises Http404 for a missing one and for no key at all."""
    found = queryset.filter(pk=number(key)).first()
    if found is None:
        raise Http404
    return found
