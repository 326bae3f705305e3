"""The words for what readers do: `object_verbed`, a closed list."""

KINDS = (
    "page_viewed",
    "asset_read",  # engaged reading: visible time and depth
    "asset_downloaded",
    "asset_rated",
    "asset_saved",
    "asset_shared",
    "author_followed",
    "comment_posted",
    "form_submitted",
    "link_followed",
    "mail_opened",
    "site_searched",
)

# What counts as having taken in a piece, for "next read" and for rules that ask what was read.
READING_KINDS = ("page_viewed", "asset_read", "asset_downloaded")
