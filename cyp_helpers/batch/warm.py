"""Imported by the process that all others are forked from: everything that pages need, used once, so that forks have it.

Makes no ZeroMQ context, no event loop, no shell and no thread: a fork would have only half of them.
"""

import gc
import pkgutil
import sys
from decimal import Decimal
from importlib import import_module

sys.modules["rfc3987_syntax"] = None  # a second for checks of web addresses that notebooks do not ask for
import IPython.core.completerlib
import IPython.extensions.storemagic  # noqa: F401
import matplotlib.backends.backend_agg
import matplotlib.backends.backend_svg  # noqa: F401
import nbformat
import openpyxl  # noqa: F401
import papermill  # noqa: F401
import pyarrow.parquet  # noqa: F401
import seaborn  # noqa: F401
import statsmodels.stats.proportion
import statsmodels.stats.rates  # noqa: F401
import xlsxwriter  # noqa: F401

import cyp_helpers
from cyp_helpers.batch import engine, jobs, work  # noqa: F401

del sys.modules["rfc3987_syntax"]
_APART = ("cyp_helpers.importers", "cyp_helpers.batch", "cyp_helpers.cli")  # no page needs them


def _use_once():
    """First uses load fonts and templates."""
    from matplotlib.figure import Figure
    from pandas import DataFrame, Timestamp

    from cyp_helpers.show.charts import draw_svg
    from cyp_helpers.show.publish import page_of
    from cyp_helpers.show.table import Table

    figure = Figure(layout="constrained")
    figure.suptitle("Warm", fontweight="bold")
    figure.subplots().plot([Timestamp("2018-03-31"), Timestamp("2018-09-30")], [0, 1])
    draw_svg(figure)
    shown = {"text/html": Table("Warm", DataFrame({"Name": ["one"], "Figure": [Decimal("1.0")]}))._repr_html_()}
    cells = [nbformat.v4.new_markdown_cell("# Warm\n- *one*"), nbformat.v4.new_code_cell("1")]
    cells[1].outputs = [nbformat.v4.new_output("execute_result", shown), nbformat.v4.new_output("stream", text="1")]
    page_of(nbformat.v4.new_notebook(cells=cells), "warm", "Warm", [{"name": "warm", "label": "Warm"}])


for module in pkgutil.walk_packages(cyp_helpers.__path__, "cyp_helpers."):
    if not module.name.startswith(_APART):
        import_module(module.name)
_use_once()
gc.collect()
gc.freeze()  # what is imported stays shared between the forks
