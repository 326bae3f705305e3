"""Addresses under admin/newsroom/."""

from django.urls import path

from editorial.brief_views import GlanceView, KeepView
from editorial.calendar import entry_views as entries
from editorial.calendar import slot_views
from editorial.calendar.kept_views import ForgetView, KeptScreen
from editorial.calendar.move_views import MoveView
from editorial.calendar.series_views import SeriesView, UndoView
from editorial.calendar.views import CalendarMixView, CalendarView
from editorial.coverage_views import CoverageView, DraftsView, PiecesView, PlansView, WeakView
from editorial.interest_views import InterestsView
from editorial.mix_views import MixView
from editorial.plans import views as plans
from editorial.work_views import WorkView

app_name = "editorial"
urlpatterns = [
    path("calendar/", CalendarView.as_view(), name="calendar"),
    path("calendar/results/", CalendarView.as_view(results_only=True), name="calendar_results"),
    path("calendar/mix/", CalendarMixView.as_view(), name="calendar_mix"),
    path("entries/add/", entries.AddEntryView.as_view(), name="add"),
    path("entries/similar/", entries.SimilarView.as_view(), name="similar"),
    path("entries/<int:pk>/", entries.EditEntryView.as_view(), name="edit"),
    path("calendar/kept/", KeptScreen.as_view(), name="kept"),
    path("calendar/kept/<str:kind>/<int:pk>/forget/", ForgetView.as_view(), name="forget"),
    path("move/<str:kind>/<int:pk>/<str:lane>/", MoveView.as_view(), name="move"),
    path("shift/", SeriesView.as_view(), name="series"),
    path("shift/undo/", UndoView.as_view(), name="series_undo"),
    path("entries/<int:pk>/brief/", WorkView.as_view(), name="work"),
    path("entries/<int:pk>/brief/keep/", KeepView.as_view(), name="keep_answer"),
    path("entries/<int:pk>/brief/glance/", GlanceView.as_view(), name="glance"),
    path("entries/<int:pk>/drop/", entries.DropView.as_view(), name="drop"),
    path("entries/<int:pk>/draft/", entries.StartDraftView.as_view(), name="start_draft"),
    path("entries/<int:pk>/history/", entries.EntryHistoryView.as_view(), name="history"),
    path(
        "entries/<int:pk>/history/results/",
        entries.EntryHistoryView.as_view(results_only=True),
        name="history_results",
    ),
    path("room/add/", slot_views.AddSlotView.as_view(), name="hold"),
    path("room/<int:pk>/", slot_views.SlotView.as_view(), name="slot"),
    path("room/<int:pk>/fill/", slot_views.FillView.as_view(), name="fill"),
    path("room/<int:pk>/release/", slot_views.ReleaseView.as_view(), name="release"),
    path("interests/", InterestsView.as_view(), name="interests"),
    path("plan/", plans.PlansView.as_view(), name="plans"),
    path("plan/template/<str:kind>/", plans.template, name="plan_template"),
    path("plan/<int:pk>/", plans.CheckView.as_view(), name="plan"),
    path("plan/<int:pk>/discard/", plans.discard, name="plan_discard"),
    path("plan/<int:pk>/undo/", plans.undo, name="plan_undo"),
    path("mix/", MixView.as_view(), name="mix"),
    path("coverage/", CoverageView.as_view(), name="coverage"),
    path("coverage/live/", PiecesView.as_view(), name="live"),
    path("coverage/live/results/", PiecesView.as_view(results_only=True), name="live_results"),
    path("coverage/weak/", WeakView.as_view(), name="weak"),
    path("coverage/weak/results/", WeakView.as_view(results_only=True), name="weak_results"),
    path("coverage/drafts/", DraftsView.as_view(), name="drafts"),
    path("coverage/drafts/results/", DraftsView.as_view(results_only=True), name="drafts_results"),
    path("coverage/planned/", PlansView.as_view(), name="planned"),
    path("coverage/planned/results/", PlansView.as_view(results_only=True), name="planned_results"),
]
