"""Addresses. Apps above are included by dotted strings; cms imports none of them."""

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms import documents, feeds, onward, playing, rest, sitemaps, views
from cms.feedback import comment_views, note_views, poll_views
from cms.feedback.views import rate
from cms.gates import file_views
from cms.gates import views as gates
from cms.surveys import views as survey_views

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("api/v1/", rest.build().urls),
    path("documents/<int:number>/<path:name>", documents.serve),
    path("documents/", include(wagtaildocs_urls)),
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/feed/", feeds.TopicFeed(), name="topic_feed"),
    path("topics/<slug:slug>/feed/atom/", feeds.TopicAtom(), name="topic_atom"),
    path("stages/<slug:slug>/", views.stage, name="stage"),
    path("for/<slug:slug>/", views.persona, name="persona"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("search/", views.search_page, name="search"),
    path("rate/", rate, name="rate"),
    path("poll/", poll_views.answer, name="answer_poll"),
    path("rate/more/", note_views.more, name="rate_more"),
    path("surveys/<slug:slug>/", survey_views.page, name="survey"),
    path("", include("editorial.public_urls")),
    path("", include("nurture.public_urls")),
    path("comments/", comment_views.post, name="comment"),
    path("comments/<uuid:key>/", comment_views.confirm, name="confirm_comment"),
    path("next/<int:piece>/", onward.own, name="next_pieces"),
    path("get/<int:piece>/", gates.show, name="gate"),
    path("get/<int:piece>/send/", gates.send, name="gate_send"),
    path("get/files/<str:token>/", file_views.files, name="gate_files"),
    path("get/file/<str:token>/<str:name>", file_views.file, name="gate_file"),
    path("get/again/<str:token>/", file_views.again, name="gate_again"),
    path("feed/", feeds.SiteFeed(), name="feed"),
    path("feed/atom/", feeds.SiteAtom(), name="atom"),
    # Beside what they name: a sitemap may only speak of addresses below its own.
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-lists.xml", sitemaps.lists, name="sitemap_lists"),
    path("sitemap-pieces-<int:part>.xml", sitemaps.pieces, name="sitemap_pieces"),
    path("your-data/", include("tracking.yours")),
    path("robots.txt", views.robots, name="robots"),
    path("media/images/<path:name>", views.picture),
    path("play/<int:pk>/<str:name>", playing.play, name="play"),
    path("", include(wagtail_urls)),
]
