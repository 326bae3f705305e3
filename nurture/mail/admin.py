"""Screens of this package: VIEWSETS are Wagtail's own; MENU and SUBMENU are menu items for views of ours."""

VIEWSETS: list = []
MENU: list = []  # in the main menu
SUBMENU: list = []  # under Nurture
