"""Ids of the dictionary as types of fields: a name it does not have is refused with the nearest one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from orm_sim.kpi.dictionary import INDICATORS, KPI_PATTERN, unknown_kpi
from orm_sim.kpi.families import METER_PATTERN
from orm_sim.kpi.reported import METERS


def _known_kpi(name: str) -> str:
    if name not in INDICATORS:
        raise PydanticCustomError("unknown_name", "{sentence}", {"sentence": unknown_kpi(name)})
    return name


def _known_meter(name: str) -> str:
    if _known_kpi(name) not in METERS:
        sentence = f"must be a counter: '{name}' is computed from counters and cannot be billed"
        raise PydanticCustomError("not_a_meter", "{sentence}", {"sentence": sentence})
    return name


def _listed_or(names: list[str], pattern: str) -> dict[str, Any]:
    """An id that is listed, or one of a family."""
    return {"type": "string", "anyOf": [{"enum": names}, {"pattern": pattern}]}


KpiId = Annotated[str, AfterValidator(_known_kpi), WithJsonSchema(_listed_or(list(INDICATORS), KPI_PATTERN))]
"""An id of the KPI dictionary."""

MeterId = Annotated[
    str, AfterValidator(_known_meter), WithJsonSchema(_listed_or(list(METERS), METER_PATTERN))
]
"""An id of the KPI dictionary that counts something, and can therefore be billed."""
