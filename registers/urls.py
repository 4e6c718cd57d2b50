"""Addresses of the registers; they come from the declarations."""

from django.urls import path

from registers import views
from registers.declarations import REGISTERS

app_name = "registers"

urlpatterns = [path("rejestry/", views.index, name="index")]
for spec in REGISTERS:
    urlpatterns += [
        path(spec.path, views.entry_list, {"spec": spec}, name=f"{spec.name}_list"),
        path(f"{spec.path}<uuid:public_id>/", views.entry_detail, {"spec": spec}, name=f"{spec.name}_detail"),
    ]
