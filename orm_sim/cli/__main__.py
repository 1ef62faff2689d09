"""`python -m orm_sim.cli` is the command `orm-sim`."""

from orm_sim.cli.commands import main

main()
