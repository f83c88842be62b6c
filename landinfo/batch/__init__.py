"""Many parcels at once: a list of places in, one table of answers out, each number that of the single answer.

``title`` knows what a column means, ``row`` what a row asks, ``answers`` asks it, ``journal`` keeps what is done, so
that a run that was killed goes on, ``run`` puts them together, ``runner`` and ``cluster`` are who answers, ``job`` is a
batch of the web.
"""
