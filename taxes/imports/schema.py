"""The contract as JSON Schema (draft 2020-12), made from the fields; `docs/schema/` holds a copy that tests compare."""

from typing import Any

from taxes.imports import fields
from taxes.imports.envelope import HIGHEST_SEQUENCE, KINDS
from taxes.imports.fields import Field, Record

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SAFE_TEXT = "^[^\\u0000-\\u001f\\u007f-\\u009f=+@\\s-][^\\u0000-\\u001f\\u007f-\\u009f]*$"


def _of_field(one: Field) -> dict[str, Any]:
    schema: dict[str, Any]
    if one.kind == "whole":
        schema = {"type": "integer", "minimum": one.lowest, "maximum": one.highest}
    elif one.kind == "flag":
        schema = {"type": "boolean"}
    elif one.kind == "choice":
        schema = {"enum": list(one.choices)}
    elif one.kind == "text":
        schema = {"type": "string", "minLength": 1, "maxLength": one.longest, "pattern": _SAFE_TEXT}
    else:
        schema = {"type": "string", "pattern": f"^(?:{one.pattern})$"}
        if one.kind == "date":
            schema["format"] = "date"
    if one.meaning:
        schema["description"] = one.meaning
    return schema


def _of_record(record: Record, *, is_line: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {"record": {"const": record.name}} if is_line else {}
    properties |= {one.name: _of_field(one) for one in record.fields}
    required = ["record"] if is_line else []
    required += [one.name for one in record.fields if one.required]
    for name, child in record.children.items():
        properties[name] = {"type": "array", "items": {"$ref": f"#/$defs/{child.name}"}}
        if name in fields.REQUIRED_CHILDREN:
            properties[name]["minItems"] = 1
            required.append(name)
    return {
        "type": "object",
        "description": record.meaning,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _envelope() -> dict[str, Any]:
    name = {"type": "string", "minLength": 1, "maxLength": 60}
    sequence = {"type": "integer", "minimum": 1, "maximum": HIGHEST_SEQUENCE}
    total = {"type": "string", "pattern": "^(?:0|[1-9][0-9]{0,14})\\.[0-9]{2}$"}
    return {
        "type": "object",
        "description": "first line: whose ledger, as of when, how much follows",
        "properties": {
            "record": {"const": "envelope"},
            "schema": {"const": fields.SCHEMA},
            "municipality": {"type": "string", "pattern": "^[0-9]{7}$", "description": "TERYT"},
            "source": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,39}$"},
            "system_name": name,
            "system_version": name,
            "taken_at": {"type": "string", "format": "date-time"},
            "kind": {"enum": list(KINDS)},
            "sequence": sequence,
            "previous_sequence": sequence,
            "encoding": {"enum": ["utf-8", "cp1250", "cp852"]},
            "counts": {
                "type": "object",
                "propertyNames": {"enum": list(fields.COUNTED)},
                "additionalProperties": {"type": "integer", "minimum": 0},
            },
            "totals": {
                "type": "object",
                "properties": {
                    key: {**total, "description": meaning} for key, meaning in fields.TOTALS.items()
                },
                "required": list(fields.TOTALS),
                "additionalProperties": False,
            },
            "sha256": {
                "type": "string",
                "pattern": "^[0-9a-f]{64}$",
                "description": "SHA-256 of every byte after the line feed of the first line",
            },
            "envelope_sha256": {
                "type": "string",
                "pattern": "^[0-9a-f]{64}$",
                "description": "SHA-256 of the envelope's other fields as sorted lines name=value",
            },
        },
        "required": [
            "schema", "municipality", "source", "system_name", "system_version", "taken_at", "kind",
            "sequence", "counts", "totals", "sha256", "envelope_sha256",
        ],
        "additionalProperties": False,
    }  # fmt: skip


def json_schema(address: str) -> dict[str, Any]:
    """Return the schema of one line of a JSON Lines file; `address` is where it is served."""
    children = [child for record in fields.RECORDS for child in record.children.values()]
    return {
        "$schema": _DIALECT,
        "$id": address,
        "title": f"eUrząd ledger contract {fields.SCHEMA}: one line of a JSON Lines file",
        "oneOf": [{"$ref": "#/$defs/envelope"}]
        + [{"$ref": f"#/$defs/{record.name}"} for record in fields.RECORDS],
        "$defs": {
            "envelope": _envelope(),
            **{record.name: _of_record(record, is_line=True) for record in fields.RECORDS},
            **{child.name: _of_record(child, is_line=False) for child in children},
        },
    }
