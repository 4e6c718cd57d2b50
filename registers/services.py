"""Writing to the registers: what must be brought up to date when entries change."""

from collections.abc import Iterable

from django.db import transaction

from eurzad.lib import clock, searching
from registers.models import RegisterState
from registers.selectors import completed, public_rows
from registers.spec import RegisterSpec

BATCH = 1000


@transaction.atomic
def entries_changed(spec: RegisterSpec, ids: Iterable[int] | None = None) -> int:
    """Bring search texts of the entries `ids` (all when None) and the state of the register up to date.

    Everybody who changes entries calls it: admin, imports, demo data. The search text is made from the public
    projection, so that what is not public cannot be found either. Returns the number of entries indexed.
    """
    count = _index(spec, ids)
    published = spec.model.objects.published()
    RegisterState.objects.update_or_create(
        register=spec.name,
        defaults={
            "as_of": clock.now(),
            "published_count": published.count(),
            "facets": {each.param: each.found(published) for each in spec.filters if each.found is not None},
        },
    )
    return count


def _index(spec: RegisterSpec, ids: Iterable[int] | None) -> int:
    entries = spec.model.objects.all() if ids is None else spec.model.objects.filter(pk__in=list(ids))
    searchable = [public for public in spec.fields if public.is_searchable]
    keys = list(entries.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        batch = spec.model.objects.filter(pk__in=keys[start : start + BATCH])
        rows = completed(spec, list(public_rows(spec, batch)))
        changed = []
        for row in rows:
            entry = spec.model(
                search_text=searching.normalise(" ".join(each.show(row) for each in searchable))
            )
            entry.pk = row["pk"]
            changed.append(entry)
        spec.model.objects.bulk_update(changed, ["search_text"], batch_size=200)
    return len(keys)
