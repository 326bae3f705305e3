"""The ledger's place in Wagtail's admin."""

from wagtail import hooks

from tracking.admin import links_viewset


@hooks.register("register_admin_viewset")
def viewset():
    return links_viewset


@hooks.register("register_library_menu_item")
def menu_item():
    return links_viewset.get_menu_item(order=links_viewset.menu_order)
