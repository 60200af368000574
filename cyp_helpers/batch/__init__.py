"""Runs: every notebook of a review through papermill, in parallel, each in a process of its own, and not again if
unchanged. ``run`` is the story: reviews in, folders and failures out."""
