"""A run's report: one HTML page that needs nothing else, and its figures for papers.

``contents`` reads the log, ``figures`` says what is drawn, ``svg`` and ``papers`` draw it,
``replays`` plays chosen games again, ``page`` puts all of it on the page.
"""
