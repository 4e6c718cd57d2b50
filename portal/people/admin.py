from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401  # they register themselves, here before they are taken away
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.people.models import User

for _unused in (model for model in apps.get_models() if model.__module__.startswith("allauth.")):
    if admin.site.is_registered(_unused):
        admin.site.unregister(_unused)  # ways in are the account's own affair, not the desk's


@admin.register(User)
class UserAdmin(BaseUserAdmin):
    """Staff accounts and ways in of residents."""

    list_display = ("username", "first_name", "last_name", "kind", "is_active")
    list_filter = ("kind", "is_active", "groups")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Osoba"), {"fields": ("first_name", "last_name", "email", "kind")}),
        (
            _("Uprawnienia"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Daty"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "kind", "usable_password", "password1", "password2"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """An administrator keeps the staff's accounts; residents' names are personal data."""
        rows: QuerySet[User] = super().get_queryset(request)
        return rows if _is_superuser(request) else rows.filter(kind=User.Kind.STAFF, is_superuser=False)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Roles are given, single rights are not; and nobody gives a role to themselves."""
        if _is_superuser(request):
            return ("last_login", "date_joined")
        fixed = ("is_superuser", "user_permissions", "kind", "last_login", "date_joined")
        return (*fixed, "groups", "is_staff") if obj is not None and obj.pk == request.user.pk else fixed

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What an administrator adds is always a member of staff."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "kind" and field is not None:
            field.initial = User.Kind.STAFF
            if not _is_superuser(request):
                field.choices = [(User.Kind.STAFF.value, User.Kind.STAFF.label)]  # type: ignore[attr-defined]
        return field


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
