"""The words for what readers do: `object_verbed`, a closed list."""

# What happens away from any browser: told by staff, a file or another system (tracking/told.py).
OFFLINE_KINDS = (
    "event_attended",
    "meeting_held",
    "call_made",
    "support_asked",
    "social_engaged",
    "reply_received",
)

KINDS = (
    "page_viewed",
    "asset_read",  # engaged reading: visible time and depth
    "reading_continued",  # of a reading that was told: how long it is by now (tracking/readings.py)
    "asset_downloaded",
    "asset_rated",
    "asset_saved",
    "asset_shared",
    "author_followed",
    "comment_posted",
    "form_submitted",
    "link_followed",
    "mail_opened",
    "poll_answered",
    "site_searched",
    "subscription_changed",
    "subscription_confirmed",
    "subscription_ended",
    "survey_answered",
    "action_taken",  # something of a program of others, told by name through the Segment API
    *OFFLINE_KINDS,
)

# What the site itself records, or a signed link proves: not for anybody who can reach the collector to claim.
NOT_FOR_BROWSERS = frozenset(
    {
        "asset_rated",
        "comment_posted",
        "link_followed",
        "mail_opened",
        "poll_answered",
        "subscription_changed",
        "subscription_confirmed",
        "subscription_ended",
        "survey_answered",
        *OFFLINE_KINDS,
    }
)

# Done with the site as a whole: they never name a piece.
ABOUT_NO_PIECE = ("subscription_changed", "subscription_confirmed", "subscription_ended")

# What is said about people and companies, not what a reader did: nurture takes it to heart, no rule counts it. A server
# is believed; `person_claimed` is what anybody's browser can say.
STATED_KINDS = ("person_identified", "person_claimed", "account_named", "merge_proposed")

# What counts as having taken in a piece, for "next read" and for rules that ask what was read.
READING_KINDS = ("page_viewed", "asset_read", "asset_downloaded")
