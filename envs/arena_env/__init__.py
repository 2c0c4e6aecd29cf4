"""An OpenEnv environment of OpenSpiel games with every seat playable."""
