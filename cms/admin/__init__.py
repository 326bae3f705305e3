"""The library's screens in Wagtail's admin, one module a noun. `cms/wagtail_hooks.py` registers them."""
