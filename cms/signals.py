"""What happened in the library. Past tense; arguments are ids. Receivers may wake work; nothing may depend on them,
except the ledger, which writes in the sender's transaction (`tracking/receivers.py`)."""

from django.dispatch import Signal

# A reader rated a piece. Sent inside the transaction that stored the rating.
# provides args: asset_id, value (1 or -1), visitor (UUID or None), link_token (str), request_facts (dict), rated_at;
# rated by a mail also stars (1 to 5) and mail_ref (UUID)
asset_rated = Signal()

# A reader has confirmed a comment. Sent inside the transaction that stored it.
# provides args: asset_id, comment_id, visitor (UUID or None), link_token (str), request_facts (dict), posted_at
comment_posted = Signal()

# A reader answered a poll. Sent inside the transaction that stored it. provides args: asset_id, poll_id, question,
# option (their words), visitor (UUID or None), link_token (str), request_facts (dict), answered_at
poll_answered = Signal()

# A reader answered a survey. Sent inside the transaction that stored the answers. provides args: survey_id, title,
# answered (how many questions), persona_id (or None), topic_ids (what the answers tell), asset_id (or None), visitor
# (UUID or None), link_token (str), mail_ref (UUID or None: of the mail that led to it), request_facts, answered_at
survey_answered = Signal()

# A piece went live for the first time or again. Sent after Wagtail's page_published, in its transaction.
# provides args: asset_id
asset_published = Signal()

# Sales signed a revision of a signal agreement. provides args: agreement_id, revision_id, user_id
agreement_signed = Signal()

# The last day of a signed agreement has passed. provides args: agreement_id, revision_id
agreement_expired = Signal()
