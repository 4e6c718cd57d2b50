"""What later revisions of a PDF may hold: signatures, time stamps and evidence. Imported where used: pyHanko.

Values of other fields, annotations, pages and anything else may not change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import ModificationLevel, StandardDiffPolicy, SuspiciousModification
from pyhanko.sign.diff_analysis.constants import (
    ACROFORM_EXEMPT_STRICT_COMPARISON,
    ROOT_EXEMPT_STRICT_COMPARISON,
)
from pyhanko.sign.diff_analysis.form_rules_api import (
    FieldComparisonContext,
    FormUpdate,
    FormUpdatingRule,
    _list_fields,
)
from pyhanko.sign.diff_analysis.policies import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    MetadataUpdateRule,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    XrefStreamRule,
)

_KEYS_OF_NEW_FORM = frozenset({"/Fields", "/SigFlags", "/DR", "/DA"})


class _NewForm(FormUpdatingRule):  # type: ignore[misc]
    """Lets a document without a form gain one that holds signature fields alone, as its first signature does."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[Any]:
        if "/AcroForm" in old.root or "/AcroForm" not in new.root:
            if "/AcroForm" in old.root:
                yield from super().apply(old, new)
            return
        form = new.root["/AcroForm"]
        if not isinstance(form, generic.DictionaryObject) or not set(form) <= _KEYS_OF_NEW_FORM:
            raise SuspiciousModification("A form of more than signatures")
        held = [new.root.raw_get("/AcroForm"), form.raw_get("/Fields")]
        added = {one.reference for one in held if isinstance(one, generic.IndirectObject)}
        if "/DR" in form:
            added |= new.collect_dependencies(form.raw_get("/DR"), since_revision=old.revision + 1)
        for reference in added:
            if not old.is_ref_unassignable(reference):
                raise SuspiciousModification("A form in the place of something else")
            yield ModificationLevel.LTA_UPDATES, FormUpdate(updated_ref=reference, field_name=None)
        fields = dict(_list_fields(generic.ArrayObject(), form["/Fields"], old_path=None))
        for rule in self.field_rules:
            yield from rule.apply(FieldComparisonContext(field_specs=fields, old=old, new=new))


def _policy(form_rule: FormUpdatingRule, *, may_gain: frozenset[str] = frozenset()) -> StandardDiffPolicy:
    technical = (
        DocInfoRule(),
        XrefStreamRule(),
        ObjectStreamRule(),
        DSSCompareRule(),
        MetadataUpdateRule(),
    )
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(ROOT_EXEMPT_STRICT_COMPARISON | may_gain),
            *(rule.as_qualified(ModificationLevel.LTA_UPDATES) for rule in technical),
        ],
        form_rule=form_rule,
    )


_FIELDS = [SigFieldCreationRule(), SigFieldModificationRule()]

AFTER_SIGNATURE = _policy(FormUpdatingRule(_FIELDS))
"""What may follow a signature."""

AFTER_ORIGINAL = _policy(
    _NewForm(_FIELDS, ACROFORM_EXEMPT_STRICT_COMPARISON | {"/SigFlags"}), may_gain=frozenset({"/Perms"})
)
"""What may follow an unsigned document that is to be signed; /Perms names a signature that certifies."""
