"""Runs: every notebook of a review through papermill, in parallel, each in a process of its own, and not again if unchanged.

| module | does |
|---|---|
| `jobs` | which notebooks make a review |
| `inputs` | what goes into a notebook, as hashes |
| `engine` | papermill's engine that runs cells with IPython in this process, as a kernel would |
| `warm` | imported by the process that all others are forked from |
| `pool` | a process for each piece of work, with its own pipe and clock |
| `work` | the pieces of work: open a review, its tables, one page, one saved notebook |
| `folder` | a review's folder: locked, kept between runs, moved into place whole |
| `run` | the story: reviews in, folders and failures out |
| `display` | what a run says |
| `cluster` | the same pieces of work on a Dask cluster |
"""
