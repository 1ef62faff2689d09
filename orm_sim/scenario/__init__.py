"""Scenario and study files: one YAML file each, base and overrides, every problem reported at once."""
