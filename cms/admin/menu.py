"""Menu items for those who have the right to what is behind them."""

from wagtail.admin.menu import MenuItem

from cms import policy


def item_for(key: str) -> type[MenuItem]:
    """A kind of menu item that only people with the right `key` see."""

    class OfRight(MenuItem):
        def is_shown(self, request):
            return policy.may(request.user, key)

    return OfRight
