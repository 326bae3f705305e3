"""The newsroom's place in Wagtail's admin."""

from wagtail import hooks

from editorial import history

hooks.register("register_log_actions", history.register)
