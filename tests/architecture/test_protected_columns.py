"""What depends on IDENTITY_KEY can be found by its rotation."""

import ast
from collections.abc import Iterator

import pytest
from django.apps import apps

from portal.people import rotation
from portal.people.fields import EncryptedTextField, FingerprintField
from tests.architecture.tree import modules, name_of

# The values do not go to a column from here, or go to one that is registered by `rotation.register`; a form kept in
# a session for half an hour is forgotten when the key has changed.
ELSEWHERE = {
    "portal/people/rotation.py", "portal/people/mfa.py", "portal/people/pii.py", "portal/people/identity_key.py",
    "portal/people/sessions.py", "taxes/imports/staging.py",
}  # fmt: skip
MAKES = {"encrypt": EncryptedTextField, "fingerprint": FingerprintField}


def made_by_key() -> Iterator[tuple[str, str, str | None]]:
    """Module, function of `pii`, and the keyword or key of a dict that its value is given to (None: neither)."""
    for path, text in modules():
        tree = ast.parse(text)
        given: dict[ast.AST, str | None] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword):
                given[node.value] = node.arg
            elif isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    given[value] = key.value if isinstance(key, ast.Constant) else None
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            if (
                isinstance(called, ast.Attribute)
                and isinstance(called.value, ast.Name)
                and called.value.id == "pii"
            ) and called.attr in MAKES:
                yield name_of(path), called.attr, given.get(node)


def columns(kind: type) -> set[str]:
    return {
        field.name for model in apps.get_models() for field in model._meta.fields if isinstance(field, kind)
    }


def test_values_of_the_key_go_to_columns_of_the_right_class() -> None:
    found = list(made_by_key())
    assert {"portal/people/services.py", "portal/access/services/epuap_door.py"} <= {one[0] for one in found}
    for place, function, column in found:
        if place in ELSEWHERE or (function == "fingerprint" and column is None):  # a look-up
            continue
        assert column in columns(MAKES[function]), f"{place}: pii.{function} → {column}"


def test_nothing_else_imports_the_functions_by_name() -> None:
    for path, text in modules():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module == "portal.people.pii":
                pytest.fail(f"{name_of(path)}: import the module, so that the test above sees its calls")


def test_columns_named_like_it_are_of_the_class() -> None:
    for model in apps.get_models():
        for field in model._meta.fields:
            if "encrypted" in field.name:
                assert isinstance(field, EncryptedTextField), field
            if "fingerprint" in field.name:
                assert isinstance(field, FingerprintField), field


def test_a_hash_names_columns_of_its_own_row() -> None:
    found = list(rotation.protected())
    assert {model._meta.label for model, _encrypted, _hashes in found} >= {
        "people.Identity", "people.SubjectIdentifier", "access.AccessApplication"
    }  # fmt: skip
    for model, encrypted, hashes in found:
        names = {field.name for field in model._meta.fields}
        for field in hashes:
            assert field.of in {one.name for one in encrypted} and field.scheme in names, field
