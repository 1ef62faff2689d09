"""The command line `orm-sim`: thin commands over the public functions."""

from orm_sim.cli.commands import main

__all__ = ["main"]
