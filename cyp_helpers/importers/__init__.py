"""Importers: published open data, as its publishers issue it, into the register's table of published figures.

``reading`` opens any file, ``lait``, ``ees`` and ``fingertips`` know the publishers' forms, ``plausible`` holds back
what cannot be right, ``store`` merges editions and writes, ``command`` is ``cyp import``.
"""
