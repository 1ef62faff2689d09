"""The executive explorer: a study's options under sliders, estimated at once and simulated when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orm_sim.report.dashboard.dashboard import Dashboard

if TYPE_CHECKING:
    from orm_sim.report.dashboard.view import Explorer

__all__ = ["Dashboard", "explorer"]


def explorer(study: str, out_dir: str = "") -> Explorer:
    """The explorer of a study or scenario file as a page of widgets.

    Parameters
    ----------
    study
        The file, sought from here upwards.
    out_dir
        Folder of runs; by default `outputs` of the project.

    Raises
    ------
    InputError
        With every problem of the file, or where no option has a contract.
    """
    from orm_sim.report.dashboard.view import Explorer  # widgets are imported where they are shown

    return Explorer(Dashboard.open(study, out_dir))
