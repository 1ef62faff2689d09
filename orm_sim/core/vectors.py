"""`wide`, by which a compiled function asks for the widest registers a processor has, where they are worth it."""

from __future__ import annotations

from typing import Any

from orm_sim.core.compiled import Late


def _made_wide() -> Any:
    """The intrinsic that marks the function it is called in; it does nothing when that function runs."""
    from numba import types
    from numba.extending import intrinsic

    def _wide(context: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            set.add(
                builder.function.attributes, '"prefer-vector-width"="512"'
            )  # llvmlite knows no such words
            return context.get_dummy_value()

        return types.none(), generate

    return intrinsic(_wide)


wide: Any = Late(_made_wide)
"""Called first in a compiled function: its loops of plain arithmetic may take eight doubles at once, not four.

LLVM takes half the width by itself, because long vectors slow down whatever stands between them. A loop that draws does
nothing else. The bits are the same. A function that is copied into its caller is the caller's concern.
"""
