"""Hazards and their register; the hazards themselves become processes with a later issue."""
