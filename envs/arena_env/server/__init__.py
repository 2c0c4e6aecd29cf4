"""Servers of the arena: frames in ``session.py``, our own sockets in ``fast.py``."""
