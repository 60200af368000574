"""Importers: published open data, as its publishers issue it, into the register's table of published figures.

``reading`` opens any file, ``lait``, ``ees`` and ``fingertips`` know the publishers' forms, ``plausible`` holds back
what cannot be right, ``merge`` puts editions side by side, ``run`` does it all, ``command`` is ``cyp import``.
"""
