"""The evaluation runner: plans, engines that play them, the log, and the tables made of it."""
