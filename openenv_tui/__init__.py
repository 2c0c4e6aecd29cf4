"""A terminal app and an evaluation harness for OpenEnv game environments."""

__version__ = "0.1.0"
