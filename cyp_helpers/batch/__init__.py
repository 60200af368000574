"""Runs: every notebook of a review through papermill, in kernels that are warm, in parallel, and not again if unchanged.

| module | does |
|---|---|
| `jobs` | which notebooks make a review |
| `inputs` | what goes into a notebook, as hashes |
| `kernels` | kernels that have everything imported before they are asked for |
| `pool` | a parent with everything imported, and the processes forked from it that do the pieces of work |
| `work` | the pieces of work: open a review, its tables, one page, one saved notebook |
| `folder` | a review's folder: locked, kept between runs, moved into place whole |
| `run` | the story: reviews in, folders and failures out |
| `display` | what a run says |
| `cluster` | the same pieces of work on a Dask cluster |

Nothing is imported here, because the parent must set its environment before numpy and matplotlib are imported.
"""
