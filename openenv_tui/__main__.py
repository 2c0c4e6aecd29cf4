"""``python -m openenv_tui``."""

from openenv_tui.cli import main

main()
