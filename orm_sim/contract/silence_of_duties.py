"""What a contract does not say about duties: working together, emergencies, graver losses, the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orm_sim.contract.contract import Contract

_QUESTIONS: Final[dict[str, tuple[str, str]]] = {
    "governance": (
        "who meets when, what is told before it becomes a failure, and where a quarrel goes",
        "Drift is found when a target has been missed, and quarrels go to lawyers",
    ),
    "continuity": (
        "what must go on working when a site or a system fails, and how that is tested",
        "The cheapest plan for emergencies is none, and nobody notices until it is needed",
    ),
    "liability": (
        "which losses the cap does not hold for, and who keeps whom free of them",
        "A breach of data can cost more than the fees of the whole term",
    ),
    "ending": (
        "what happens to people, data and work in hand when it ends",
        "A vendor on its way out has no reason to help, and a client that cannot leave no power to ask",
    ),
}
"""Field of the contract to the question that is open without it, and why its answer moves money."""


def unsaid_duties(contract: Contract) -> Iterator[tuple[str, str, str]]:
    """The field, the question it leaves open, and why that matters, for each group of duties that is not there."""
    for field, (question, why) in _QUESTIONS.items():
        if getattr(contract, field) is None:
            yield field, question, why
    counted_on = any(_reads_a_forecast(clause) for clause in contract.clauses)
    if counted_on and (contract.volumes is None or contract.volumes.forecast is None):
        yield (
            "volumes", "how far ahead volume is forecast, and from when on a forecast is locked",
            "A forecast that may still change binds nobody, and clauses here rest on it",
        )  # fmt: skip


def _reads_a_forecast(clause: object) -> bool:
    held = (getattr(clause, name, None) for name in ("forecast", "forecast_band"))
    return any(each is not None for each in held) or any(map(_reads_a_forecast, getattr(clause, "of", ())))
