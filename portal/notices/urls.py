from django.urls import path

from portal.notices import calendar_views, views

app_name = "notices"
urlpatterns = [
    path("", views.notice_list, name="list"),
    path("przeczytane/", views.read_all, name="read_all"),
    path("terminy/", calendar_views.deadline_list, name="deadlines"),
    path("terminy/kalendarz/", calendar_views.make_calendar, name="make_calendar"),
    path("terminy/kalendarz/koniec/", calendar_views.revoke_calendar, name="revoke_calendar"),
    path("terminy/przypomnienia/", calendar_views.choose_reminders, name="choose_reminders"),
    path("<uuid:public_id>/", views.open_notice, name="open"),
]
