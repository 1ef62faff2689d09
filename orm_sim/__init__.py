"""orm_sim: try an outsourcing contract before signing it, simulated call by call and priced for both sides."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orm_sim.calibrate import calibrate
    from orm_sim.cli.api import Comparison, compare, load, open_run, run
    from orm_sim.cli.batch import batch, open_batch
    from orm_sim.cli.negotiate import negotiate

__all__ = [
    "Comparison",
    "batch",
    "calibrate",
    "compare",
    "load",
    "negotiate",
    "open_batch",
    "open_run",
    "run",
]

# jsonschema, which charts and notebooks load, would compile a grammar of web addresses for seconds in every process;
# nothing here checks one, and it does without when the module is not to be had.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

_HOMES = {
    "calibrate": "orm_sim.calibrate",
    "batch": "orm_sim.cli.batch",
    "open_batch": "orm_sim.cli.batch",
    "negotiate": "orm_sim.cli.negotiate",
}


def __getattr__(name: str) -> Any:
    """Import the public functions when first asked for: importing the package stays cheap."""
    if name not in __all__:
        raise AttributeError(f"module 'orm_sim' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_HOMES.get(name, "orm_sim.cli.api")), name)
