"""Events: what may happen in a month besides what is counted; 1 or 0 under the channel "events" of its meters."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from orm_sim.core.errors import nearest

EVENTS: Final[dict[str, str]] = {
    "force_majeure": "force majeure",
    "client_cause": "a cause on the client's side",
    "notice": "notice of termination by either side",
    "non_renewal": "notice that the contract is not to be renewed",
    "renewed": "an agreement to renew",
    "exit": "the client's use of a right of exit",
    "terminated_for_convenience": "termination by the client for convenience",
    "terminated_for_cause": "termination for cause",
    "insolvency": "insolvency of the vendor",
    "change_of_control": "a change of control of the vendor",
    "data_breach": "a breach of data security by the vendor",
    "paid_test": "a paid test",
}
"""Every event by the name under which a history delivers it and a clause cites it, in words."""


def _known_event(name: str) -> str:
    if name not in EVENTS:
        close = nearest(name, EVENTS)
        hint = f"Did you mean '{close}'?" if close else f"Events: {', '.join(EVENTS)}"
        raise PydanticCustomError("unknown_name", "{sentence}", {"sentence": f"unknown event.  {hint}"})
    return name


EventId = Annotated[
    str, AfterValidator(_known_event), WithJsonSchema({"type": "string", "enum": list(EVENTS)})
]
"""The name of an event."""


def alternatives(names: tuple[str, ...]) -> str:
    """Events as a sentence says them: "force majeure or insolvency of the vendor"."""
    words = [EVENTS[name] for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
