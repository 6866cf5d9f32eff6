"""Writes run-event.schema.json from the classes of OpenLineage's own Python client.

The client's classes are generated from the specification, and no package ships the specification's JSON itself. Names,
types, required fields and formats come from those classes; nothing else is allowed, but in facets that are not standard.

    pip install openlineage-python==1.54.0
    python schema-from-client.py > run-event.schema.json
"""

import enum
import importlib
import importlib.metadata
import inspect
import json
import types
import typing

import attr

GENERATED = "openlineage.client.generated"
FACETS = {
    "run": {"errorMessage": ("error_message_run", "ErrorMessageRunFacet")},
    "job": {
        "jobType": ("job_type_job", "JobTypeJobFacet"),
        "ownership": ("ownership_job", "OwnershipJobFacet"),
        "documentation": ("documentation_job", "DocumentationJobFacet"),
    },
    "dataset": {
        "version": ("dataset_version_dataset", "DatasetVersionDatasetFacet"),
        "datasetType": ("dataset_type_dataset", "DatasetTypeDatasetFacet"),
    },
}
FORMATS = {"UUID(": "uuid", "isoparse": "date-time", "urlparse": "uri"}
definitions = {}


def type_schema(hint):
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        some = [type_schema(a) for a in arguments if a is not type(None)]
        return some[0] if len(some) == 1 else {"anyOf": some}
    if origin is list:
        return {"type": "array", "items": type_schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": type_schema(arguments[1])}
    if inspect.isclass(hint) and issubclass(hint, enum.Enum):
        return {"enum": [one.value for one in hint]}
    if attr.has(hint):
        return reference(hint)
    return {"type": {str: "string", bool: "boolean", int: "integer", float: "number"}[hint]}


def reference(cls):
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}
        definitions[cls.__name__] = class_schema(cls)
    return {"$ref": f"#/$defs/{cls.__name__}"}


def class_schema(cls):
    module = vars(importlib.import_module(f"{GENERATED}.base")) | vars(importlib.import_module(cls.__module__))
    hints = typing.get_type_hints(cls, module)
    properties, required = {}, []
    for field in attr.fields(cls):
        schema = type_schema(hints[field.name])
        if field.validator is not None:
            source = inspect.getsource(field.validator)
            schema |= {"format": form for mark, form in FORMATS.items() if mark in source}
        properties[field.name] = schema
        # The client fills these two in by itself.
        if field.default is attr.NOTHING or field.name in ("producer", "schemaURL", "_producer", "_schemaURL"):
            required.append(field.name)
    standard_facets = [name for kind in FACETS.values() for _, name in kind.values()]
    if cls.__name__ in [*standard_facets, "RunEvent"]:
        properties["schemaURL" if cls.__name__ == "RunEvent" else "_schemaURL"] = {"const": cls._get_schema()}
    for kind, standard in FACETS.items():
        if "facets" in properties and cls.__name__.lower().endswith(kind):
            named = {n: reference(getattr(importlib.import_module(f"{GENERATED}.{m}"), c)) for n, (m, c) in standard.items()}
            properties["facets"] = {"type": "object", "properties": named, **properties["facets"]}
    # Facets that are not standard have fields of their own.
    is_base = cls.__name__ in ("RunFacet", "JobFacet", "DatasetFacet", "InputDatasetFacet", "OutputDatasetFacet")
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": is_base}


root = reference(importlib.import_module(f"{GENERATED}.base").RunEvent)
version = importlib.metadata.version("openlineage-python")
comment = f"Made by schema-from-client.py from openlineage-python {version} (Apache-2.0, the OpenLineage project)."
schema = {"$schema": "http://json-schema.org/draft-07/schema#", "$comment": comment, **root, "$defs": definitions}
print(json.dumps(schema, indent=2))
