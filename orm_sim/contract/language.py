"""The contract language as a JSON schema: every clause, field, unit and name of a meter, written from the code."""

from __future__ import annotations

import json
from typing import Any

from orm_sim.contract.contract import Contract
from orm_sim.core.schema import json_schema

_BASE = {"type": "string", "description": "YAML file this contract is laid over, relative to this file."}


def language_schema() -> dict[str, Any]:
    """The schema of a contract file: a whole contract, or a difference to the one it extends."""
    schema = json_schema(Contract)
    required = schema.pop("required")
    schema["title"] = "Contract"
    schema["properties"] = {"extends": _BASE, **schema["properties"]}
    schema["anyOf"] = [{"required": required}, {"required": ["extends"]}]
    return schema


def language_text() -> str:
    """The schema as the text of `scenarios/schema.json`."""
    return json.dumps(language_schema(), indent=1, ensure_ascii=False) + "\n"
