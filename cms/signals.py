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

# A reader said in a form who they are. Sent inside the transaction that stored it; who knows people answers with
# `submissions.belongs_to`. provides args: key (the form's, UUID), email, fields ({cms.gates.models.Fills: text}),
# consents ([{"purpose", "wording"}]), visitor (UUID or None), is_proven (the address is theirs), is_theirs (it is, or
# this browser was the first to give it), form (its name), request_facts (dict)
reader_named = Signal()

# The mailed link of a form was followed, and its button pressed: where the form was sent, so all of it is theirs; or
# elsewhere, with `consents` that were ticked there, no fields and no visitor. Args as reader_named, is_proven True.
address_proven = Signal()

# A form was sent. Sent inside the transaction that stored it, after reader_named. provides args: asset_id, gate_id,
# form (its name), key (UUID), subject (UUID or None), visitor (UUID or None), link_token, request_facts, sent_at
form_submitted = Signal()

# Somebody fetched a file through a signed link: once a file's beginning, not for a continuation, HEAD, 304 or prefetch.
# provides args: asset_id, document_id, file (its name), key (the form's UUID), subject (UUID or None), by_mail (bool),
# request_facts, downloaded_at
asset_downloaded = Signal()
