"""Imported by the process that all others are forked from: all that pages need, used once, so that forks have it.

Makes no ZeroMQ context, no event loop, no shell and no thread: a fork would have only half of them.
"""

import gc
import pkgutil
import sys
from decimal import Decimal
from importlib import import_module

import cyp_helpers

_APART = ("cyp_helpers.importers", "cyp_helpers.batch", "cyp_helpers.cli")  # no page needs them
_USED = [
    "IPython.core.application", "IPython.core.completerlib", "IPython.core.logger", "IPython.core.oinspect",
    "IPython.extensions.storemagic", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "nbformat",
    "openpyxl", "pandas.core.reshape.reshape", "papermill", "pyarrow.parquet", "xlsxwriter",
    "cyp_helpers.batch.engine", "cyp_helpers.batch.jobs", "cyp_helpers.batch.work",
]  # fmt: skip


def _use_once():
    """First uses load fonts and templates, and compile patterns."""
    from matplotlib.figure import Figure
    from nbformat import v4
    from pandas import DataFrame, Series, Timestamp

    from cyp_helpers.register.periods import parse_periods
    from cyp_helpers.show.charts import draw_svg
    from cyp_helpers.show.publish import page_of
    from cyp_helpers.show.table import Table

    parse_periods(Series(["no period"]))
    figure = Figure(layout="constrained")
    figure.suptitle("Warm", fontweight="bold")
    figure.subplots().plot([Timestamp("2018-03-31"), Timestamp("2018-09-30")], [0, 1])
    draw_svg(figure)
    shown = {"text/html": Table("Warm", DataFrame({"Name": ["one"], "Figure": [Decimal("1.0")]}))._repr_html_()}
    cells = [v4.new_markdown_cell("# Warm\n- *one*"), v4.new_code_cell("1")]
    cells[1].outputs = [v4.new_output("execute_result", shown), v4.new_output("stream", text="1")]
    page_of(v4.new_notebook(cells=cells), "warm", "Warm", [{"name": "warm", "label": "Warm"}])


sys.modules["rfc3987_syntax"] = None  # a second for checks of web addresses that notebooks do not ask for
rooms = [module.name for module in pkgutil.walk_packages(cyp_helpers.__path__, "cyp_helpers.")]
for name in [*_USED, *(name for name in rooms if not name.startswith(_APART))]:
    import_module(name)
del sys.modules["rfc3987_syntax"]
_use_once()
gc.collect()
gc.freeze()  # what is imported stays shared between the forks
