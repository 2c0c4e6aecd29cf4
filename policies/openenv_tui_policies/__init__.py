"""The built-in policies, one file each; ``openenv_tui.specs.POLICIES`` names them."""
