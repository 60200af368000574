"""Notebooks run by the engine: the same outputs as in a stock kernel, isolated from each other."""

import re

import nbformat
import pytest
from conftest import PROJECT
from nbclient import NotebookClient
from runs import make_notebook, run_notebook

from cyp_helpers.batch import work
from cyp_helpers.batch.pool import LocalPool

pytestmark = pytest.mark.long

STATE = """
import os, sys, warnings, locale
import matplotlib, numpy, pandas
warnings.simplefilter("ignore", pandas.errors.Pandas4Warning)
print({name: pandas.get_option(name) for name in pandas._config.config._registered_options if "." in name})
print(dict(matplotlib.rcParams))
print([one for one in warnings.filters if one[1] is None and one[2].__module__ == "builtins"])
print(numpy.geterr(), numpy.get_printoptions(), locale.getlocale(), sys.getrecursionlimit())
print(os.getcwd(), sys.argv[0][-21:], __name__, sorted(globals()), type(get_ipython()).__name__, sys.stdout.encoding)
print([os.environ.get(name) for name in ("CLICOLOR", "FORCE_COLOR", "PAGER", "TERM", "MPLBACKEND")])
print(sys.stdin.isatty(), sys.stdout.isatty(), hasattr(sys.stdout, "buffer"))
pandas.DataFrame([range(30)] * 70)
"""
SHOWN = [
    "import sys; print('out'); print('err', file=sys.stderr); print('out again')",
    "from IPython.display import HTML, Markdown, clear_output, display, update_display\ndisplay(HTML('<b>1</b>'), Markdown('*2*')); 3",
    "handle = display('first', display_id='one'); print('between'); display({'text/plain': 'raw'}, raw=True)",
    "update_display('second', display_id='one'); print('after')",
    "print('gone'); clear_output(); print('kept')",
    "print('gone'); clear_output(wait=True); print('kept')",
    "_, Out[3], In[-1], len(In)",
    "_i, __, get_ipython().execution_count",
    "import pandas as pd; pd.DataFrame({'a': range(100), 'b': 'x' * 60})",
    "%matplotlib inline\nimport matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show(); print('shown')",
    "plt.figure(); plt.plot([2, 1]); None",
    "!echo from the shell",
    "%%capture taken\nprint('not shown')",
    "taken.stdout",
    "import asyncio; await asyncio.sleep(0); 'awaited'",
    "class Odd:\n    def _repr_html_(self):\n        return '<i>odd</i>'\n    def __repr__(self):\n        return 'odd'\nOdd()",
    "len?",
    "1; 2;",
    "import threading; thread = threading.Thread(target=print, args=['thread']); thread.start(); thread.join()",
    "import logging; logging.warning('said')",
]
FAULTS = [
    "input('?')",
    "import getpass; getpass.getpass()",
    "def f():\n    return 1 / 0\n\nprint('before')\nf()",
    "1 +",
]


def in_stock_kernel(notebook, folder):
    NotebookClient(
        notebook, record_timing=False, kernel_name="python3", resources={"metadata": {"path": folder}}
    ).execute()
    return notebook.cells


def cells_of(content):
    """Cells of a notebook's bytes."""
    return nbformat.reads(content.decode(), as_version=4).cells


def shown(cells):
    """What code cells show: a kernel may send text in pieces or stdout after stderr, and names cells after its process."""
    told = []
    for cell in cells:
        if cell.cell_type != "code":
            continue
        outputs, texts = [], {}
        for output in cell.outputs:
            if output.output_type == "stream":
                texts[output.name] = texts.get(output.name, "") + output.text
            else:
                outputs.append(output)
        told.append((cell.source, cell.execution_count, outputs, texts))
    return told


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engine")
    with LocalPool(folder, 2) as pool:
        pool.folder = folder
        yield pool


@pytest.mark.parametrize("path", sorted((PROJECT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_each_notebook_shows_what_its_saved_outputs_show(path):
    """nbval holds the saved outputs to those of a stock kernel; so all three are the same."""
    with LocalPool(PROJECT, 1) as here:
        assert cells_of(here.submit(work.run_saved, path.stem).result()) == cells_of(path.read_bytes())


def test_every_kind_of_output_is_that_of_a_stock_kernel(pool):
    notebook = make_notebook(pool.folder, "shown", *SHOWN, STATE)
    made = run_notebook(pool, "shown")
    assert not made.error, made.error
    for ours, stock in zip(shown(cells_of(made.files["page.ipynb"])), shown(in_stock_kernel(notebook, pool.folder))):
        assert ours == stock


def test_text_comes_in_the_order_in_which_it_was_written(pool):
    below = "import os, sys; print(1); print(2, file=sys.stderr); print(3); os.system('echo 4'); os.write(2, b'5')"
    make_notebook(pool.folder, "order", below + "; None")
    outputs = cells_of(run_notebook(pool, "order").files["page.ipynb"])[1].outputs
    assert [(one.name, one.text) for one in outputs] == [("stdout", "1\n"), ("stderr", "2\n"), ("stdout", "3\n4\n5")]


@pytest.mark.parametrize("source", FAULTS)
def test_errors_are_those_of_a_stock_kernel(pool, source):
    notebook = make_notebook(pool.folder, "fault", source, "print('never')")
    made = run_notebook(pool, "fault")
    notebook.cells[1].metadata["tags"] = ["raises-exception"]
    stock = in_stock_kernel(notebook, pool.folder)[1].outputs
    said = f"{stock[-1].ename}: {stock[-1].evalue}".split(" (")[0]  # a cell's file has another name
    assert made.cell == "cell 1" and made.error.startswith(said)
    ours = {cell.source: cell.get("outputs") for cell in cells_of(made.files["page.ipynb"])}
    assert ours[source][:-1] == stock[:-1] and ours["print('never')"] == []


def test_a_traceback_shows_the_lines_that_led_there(pool):
    make_notebook(pool.folder, "deep", FAULTS[2])
    cell = next(cell for cell in cells_of(run_notebook(pool, "deep").files["page.ipynb"]) if cell.source == FAULTS[2])
    told = re.sub("\x1b\\[[0-9;]*m", "", "\n".join(cell.outputs[-1].traceback))
    assert "Cell In[2], line 5" in told and "----> 5 f()" in told and "----> 2     return 1 / 0" in told


def test_exit_is_refused(pool):
    make_notebook(pool.folder, "exit", "exit()")
    assert "goes to its end" in run_notebook(pool, "exit").error


@pytest.mark.parametrize("metadata", [{}, {"kernelspec": {"name": "python3", "display_name": "Python 3"}}, {"language_info": {}}])
def test_a_notebook_that_does_not_say_its_language_runs(pool, metadata):
    notebook = make_notebook(pool.folder, "silent", "x")
    notebook.metadata = metadata
    nbformat.write(notebook, pool.folder / "notebooks" / "silent.ipynb")
    made = run_notebook(pool, "silent", x="2")
    assert not made.error and cells_of(made.files["page.ipynb"])[2].outputs[0].data["text/plain"] == "'2'"


def test_nothing_passes_from_one_notebook_to_the_next(pool):
    leave = "import os, matplotlib, numpy, pandas; left = 1; os.environ['LEFT'] = '1'; os.chdir('/')\n"
    leave += "matplotlib.rcParams['font.size'] = 33; pandas.set_option('display.max_rows', 3); numpy.left = 1"
    look = "import os, matplotlib, numpy, pandas\n"
    look += "print('left' in globals(), 'LEFT' in os.environ, os.getcwd() == '/', matplotlib.rcParams['font.size'],\n"
    look += "      pandas.get_option('display.max_rows'), hasattr(numpy, 'left'))"
    make_notebook(pool.folder, "leave", leave)
    make_notebook(pool.folder, "look", look, "import random; numpy.random.random(), random.random()")
    assert not run_notebook(pool, "leave").error
    first, second = (cells_of(run_notebook(pool, "look").files["page.ipynb"]) for _ in range(2))
    assert first[1].outputs[0].text == "False False False 10.0 60 False\n"
    assert first[2].outputs != second[2].outputs  # forks do not draw the same numbers


def test_a_cell_can_be_interrupted(pool):
    """A notebook answers to SIGINT although the run above it ignores what reaches its processes."""
    interrupt = "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(30)\n"
    make_notebook(pool.folder, "interrupted", interrupt + "except KeyboardInterrupt:\n    print('interrupted')")
    made = run_notebook(pool, "interrupted")
    assert not made.error and cells_of(made.files["page.ipynb"])[1].outputs[0].text == "interrupted\n"
