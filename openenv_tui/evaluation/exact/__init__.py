"""Numbers without sampling: a small game is enumerated, and every way it can go is weighed."""
