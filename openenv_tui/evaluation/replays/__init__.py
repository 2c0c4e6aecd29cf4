"""Stored games: which there are, how they went moment by moment, and files of them."""
