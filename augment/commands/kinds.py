"""`augment kinds`: what a step can be, its fields, what it may break, and an example."""

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from augment.commands import catalogue
from augment.commands.options import Commands, add_command, print_json, say


def add_to(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "kinds", "list the kinds of steps, with an example of each")
    parser.set_defaults(run=run)
    parser.add_argument(
        "--models", action="store_true", help="run the kinds that need a model as well"
    )


def run(args: argparse.Namespace) -> int:
    """Print all kinds."""
    from augment.resources import Resources
    from augment.spec import json_schema, kinds

    schemas = json_schema()["$defs"]
    found = []
    with Resources(cache=args.cache) as resources:
        for name, cls in kinds().items():
            kind = _described(name, schemas[cls.__name__]) | catalogue.suitability(name)
            colour = args.colour and not args.json
            kind["example"] = catalogue.example(name, resources, models=args.models, colour=colour)
            found.append(kind)
    if args.json:
        print_json(found)
        return 0
    say(f"Each example is made of: {catalogue.SENTENCE}")
    for kind in found:
        say("")
        for line in _lines(kind):
            say(line)
    return 0


def _lines(kind: Mapping[str, Any]) -> Iterator[str]:
    yield f"{kind['kind']}: {kind['summary']}"
    for field in kind["fields"]:
        default = "" if field["required"] else f" = {json.dumps(field['default'])}"
        about = f"  {field['description']}" if field["description"] else ""
        yield f"    {field['name']}: {field['type']}{default}{about}"
    if kind["breaks"] is None:
        yield "  may break: what its steps may break"
    else:
        also = ", ".join(kind["other_settings_break"])
        with_others = f"; with other settings also {also}" if also else ""
        yield f"  may break: {', '.join(kind['breaks']) or 'nothing'}{with_others}"
        yield f"  suits: {', '.join(kind['tasks'])}"
    shown = kind["example"]
    yield f"  example: {shown.get('marked') or '(none) ' + shown['missing']}"


def type_name(schema: Mapping[str, Any]) -> str:
    """A JSON Schema as a person would say it.

    >>> type_name({"type": "number", "minimum": 0, "maximum": 1})
    'number 0 to 1'
    """
    choices = schema.get("anyOf") or ("discriminator" not in schema and schema.get("oneOf"))
    if choices:
        return " or ".join(type_name(choice) for choice in choices)
    if "$ref" in schema or "discriminator" in schema:
        return str(schema.get("$ref", "step")).rpartition("/")[2].lower()
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if "prefixItems" in schema:
        return f"[{', '.join(type_name(item) for item in schema['prefixItems'])}]"
    if "items" in schema:
        return f"list of {type_name(schema['items'])}"
    bounds = [f"from {schema['minimum']}"] if "minimum" in schema else []
    if bounds and "maximum" in schema:
        bounds = [f"{schema['minimum']} to {schema['maximum']}"]
    kind = str(schema.get("type", "anything"))
    return " ".join(["mapping" if kind == "object" else kind, *bounds])


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
