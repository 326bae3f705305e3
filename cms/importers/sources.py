"""All kinds of sources that come with the product; importing this registers them."""

from cms.importers import blogs, feeds, sheets, wordpress

__all__ = ["blogs", "feeds", "sheets", "wordpress"]
