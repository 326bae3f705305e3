"""Versions of what is edited know topics by number. One that was merged since is read as what it has become."""

from django.db import models

from cms.models.taxonomy import MergedTopic


class FollowsMergedTopics(models.Model):
    """For models with revisions that name topics: as `topic`, or as rows of `tagged_topics`."""

    class Meta:
        abstract = True

    def with_content_json(self, content):
        """The version with today's topics in place of merged ones: else loading it would lose them silently."""
        return super().with_content_json(_with_todays_topics(content))


def _with_todays_topics(content: dict) -> dict:
    rows = content.get("tagged_topics") or []
    named = {row["tag"] for row in rows} | {content.get("topic")} - {None}
    if not named:
        return content
    now = dict(MergedTopic.objects.filter(old_id__in=named).values_list("old_id", "into"))
    if not now:
        return content
    content = dict(content)
    if content.get("topic") in now:
        content["topic"] = now[content["topic"]]
    if rows:
        by_topic = {}
        for row in rows:
            topic = now.get(row["tag"], row["tag"])
            by_topic.setdefault(topic, row | {"tag": topic})
        content["tagged_topics"] = list(by_topic.values())
    return content
