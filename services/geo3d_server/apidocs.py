"""The interface's documentation as one page: made here from the OpenAPI, loading nothing from anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Schema = Mapping[str, Any]


def page_of(openapi: Schema) -> str:
    """Return the body of the page, HTML."""
    parts = [
        f"<p>{escape(openapi['info'].get('description', ''))}</p>",
        '<p>Machine-readable: <a href="/api/openapi.json">/api/openapi.json</a>. Errors are problem+json (RFC 9457). '
        "Programs send <code>Authorization: Bearer TOKEN</code>.</p>",
    ]
    by_tag: dict[str, list[str]] = {}
    for path, operations in openapi["paths"].items():
        for verb, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            by_tag.setdefault(tag, []).append(_operation(verb, path, operation))
    for tag, entries in by_tag.items():
        parts += [f"<h2>{escape(tag)}</h2>", *entries]
    parts.append("<h2>schemas</h2>")
    for name, schema in sorted(openapi["components"]["schemas"].items()):
        text = escape(json.dumps(schema, indent=1, ensure_ascii=False))
        parts.append(f'<details id="{escape(name)}"><summary>{escape(name)}</summary><pre>{text}</pre></details>')
    return "\n".join(parts)


def _operation(verb: str, path: str, operation: Schema) -> str:
    title = f'<span class="verb">{verb.upper()}</span> <code>{escape(path)}</code>'
    said = escape(operation.get("description", operation.get("summary", "")))
    rows = "".join(_parameter(parameter) for parameter in operation.get("parameters", ()))
    table = f"<table>{rows}</table>" if rows else ""
    body = " ".join(_bodies(operation.get("requestBody", {})))
    answers = " ".join(
        f"{status}: {' '.join(_bodies(answer)) or escape(answer.get('description', ''))}"
        for status, answer in operation.get("responses", {}).items()
        if status.startswith("2")
    )
    sent = f"<p>Body: {body}</p>" if body else ""
    return f"<details><summary>{title}</summary><p>{said}</p>{table}{sent}<p>Answer: {answers}</p></details>"


def _parameter(parameter: Schema) -> str:
    schema = parameter.get("schema", {})
    need = "required" if parameter.get("required") else f"default {json.dumps(schema.get('default'))}"
    cells = (f"<code>{escape(parameter['name'])}</code>", escape(parameter["in"]), _type(schema), escape(need))
    said = escape(parameter.get("description", ""))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in (*cells, said)) + "</tr>"


def _bodies(part: Schema) -> Iterator[str]:
    for kind, content in part.get("content", {}).items():
        yield f"{_type(content.get('schema', {}))} <span class=dim>{escape(kind)}</span>"


def _type(schema: Schema) -> str:
    """Return a schema in a few words, with links to the named ones."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " | ".join(_type(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema:
        return escape(" | ".join(map(str, schema["enum"])))
    return escape(str(schema.get("type", schema.get("title", ""))))
