"""`augment kinds`: what a step can be, and its fields."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from augment.commands.options import Commands, add_command, print_json, say


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "kinds", "list the kinds of steps and their fields")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print all kinds."""
    from augment.spec import json_schema, kinds

    schemas = json_schema()["$defs"]
    found = [_described(name, schemas[cls.__name__]) for name, cls in kinds().items()]
    if args.json:
        print_json(found)
        return 0
    for kind in found:
        say(f"{kind['kind']}: {kind['summary']}")
        for field in kind["fields"]:
            default = "" if field["required"] else f" = {json.dumps(field['default'])}"
            about = f"  {field['description']}" if field["description"] else ""
            say(f"    {field['name']}: {field['type']}{default}{about}")
    return 0


def type_name(schema: Mapping[str, Any]) -> str:
    """A JSON Schema as a person would say it.

    >>> type_name({"type": "number", "minimum": 0, "maximum": 1})
    'number 0 to 1'
    """
    if "anyOf" in schema:
        return " or ".join(type_name(choice) for choice in schema["anyOf"])
    if "$ref" in schema or "oneOf" in schema:
        return "step"
    if "prefixItems" in schema:
        return f"[{', '.join(type_name(item) for item in schema['prefixItems'])}]"
    if "items" in schema:
        return f"list of {type_name(schema['items'])}"
    name = str(schema.get("type", "anything"))
    if "minimum" in schema and "maximum" in schema:
        return f"{name} {schema['minimum']} to {schema['maximum']}"
    return name if "minimum" not in schema else f"{name} from {schema['minimum']}"


def _described(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        "kind": name,
        "summary": _one_line(schema.get("description", "")),
        "fields": [
            {
                "name": key,
                "type": type_name(field),
                "required": key in required,
                "default": field.get("default"),
                "description": _one_line(field.get("description", "")),
            }
            for key, field in schema["properties"].items()
            if key != "kind"
        ],
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())
