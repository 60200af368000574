"""Papermill's engine "in-process": IPython runs a notebook's cells in this process, which must be the notebook's own.

A kernel is IPython's shell for notebooks, and sockets that carry its messages to nbclient, which makes cells' outputs
of them. Here the same shell hands its messages to the same nbclient, without the sockets: what a cell shows, updates or
clears is what a kernel would have made of it. Text comes in the order in which it was written.
"""

import builtins
import getpass
import io
import os
import sys
import tempfile

from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError, UsageError
from jupyter_client.session import Session
from nbclient.exceptions import CellExecutionError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config


class InProcess(Engine):
    """Takes ``tell``, which is given the notebook as it begins, (index, None) before a cell, (index, cell) after it."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, tell=lambda what: None, **_):
        tell(nb_man.nb)
        return _Client(nb_man, kernel_name=kernel_name, record_timing=False, tell=tell).execute()


papermill_engines.register("in-process", InProcess)


class _Client(PapermillNotebookClient):
    """nbclient whose cells are run here."""

    def __init__(self, nb_man, tell, **choices):
        super().__init__(nb_man, **choices)
        self._tell, self._text, self._at = tell, [], None

    def execute(self):
        self.reset_execution_trackers()
        self._shell = _become_kernel(self)
        with tempfile.TemporaryFile() as self._below:  # what is written past Python: by C, by os.system
            for number in (1, 2):
                os.dup2(self._below.fileno(), number)
            for index, cell in enumerate(self.nb.cells):  # without papermill's times of each, which no page keeps
                try:
                    self.execute_cell(cell, index)
                except CellExecutionError as error:
                    self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                    break
        return self.nb

    def execute_cell(self, cell, cell_index, **_):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return
        self._tell((cell_index, None))
        self._at, cell.outputs, self.clear_before_next_output = (cell, cell_index), [], False
        cell.execution_count = self._shell.execution_count
        result = self._shell.run_cell(cell.source, store_history=True)
        self._flush()
        self._tell((cell_index, cell))
        error = result.error_before_exec or result.error_in_exec
        if (error or self._shell._last_traceback_during_displayhook) and "raises-exception" not in tags:
            said = {"ename": type(error).__name__, "evalue": str(error), "traceback": self._shell._last_traceback or []}
            raise CellExecutionError.from_cell_and_msg(cell, said)

    def write(self, name, text):
        """Take in text of a stream; what is written to it in a row is one output."""
        if self._text and self._text[0] != name:
            self._say_text()
        self._text = self._text or [name]
        self._text.append(text)

    def message(self, message):
        """Take in a message of the shell."""
        self._say_text()
        if self._at:
            self.process_message(message, *self._at)

    def _say_text(self):
        if self._text:
            (name, *parts), self._text = self._text, []
            self.message(self._shell.displayhook.session.msg("stream", {"name": name, "text": "".join(parts)}))

    def _flush(self):
        self._below.seek(0)
        if below := self._below.read().decode("utf-8", "replace"):
            self._below.seek(0)
            self._below.truncate()
            self.write("stdout", below)
        self._say_text()


class _Session(Session):
    """What the shell takes for its connection."""

    def send(self, stream, msg_or_type, content=None, parent=None, *_, **__):
        message = msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content, parent)
        self.client.message(message)


class _Stream(io.TextIOBase):
    encoding = "UTF-8"

    def __init__(self, client, name):
        self._client, self._of, self.name = client, name, f"<{name}>"

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._client.write(self._of, text)
        return len(text)

    def writable(self):
        return True

    def fileno(self):
        return 1 if self._of == "stdout" else 2


class _Shell(ZMQInteractiveShell):
    def enable_gui(self, gui=None):
        if gui:
            raise UsageError(f"a notebook that is run has no windows of {gui}")

    def ask_exit(self):
        raise RuntimeError("a notebook that is run goes to its end: exit() and quit() are for the one at the keyboard")


# Libraries tell a notebook from a terminal by this name.
_Shell.__name__ = _Shell.__qualname__ = "ZMQInteractiveShell"


def make_shell():
    """The shell of this process, which those that are forked from it then need not make."""
    config = Config()
    config.HistoryManager.enabled = False  # a file and a thread; ``In`` and ``Out`` are there without
    return _Shell.instance(config=config, colors_force=True)


def _become_kernel(client):
    """Set this process up as a kernel is; returns its shell."""
    sys.argv = ["ipykernel_launcher.py"]
    shell = make_shell()
    shell.displayhook.session = shell.display_pub.session = _Session()
    shell.displayhook.session.client = client
    shell.displayhook.topic = b"execute_result"
    sys.stdout, sys.stderr = _Stream(client, "stdout"), _Stream(client, "stderr")
    builtins.input, getpass.getpass = _refused("raw_input"), _refused("getpass")
    if "pandas" in sys.modules:  # it asks at its import what it prints to, and that was before this was a notebook
        sys.modules["pandas"].set_option("display.max_columns", 20, "display.encoding", "UTF-8")
    if "numpy" in sys.modules:  # or every fork would draw the same numbers
        sys.modules["numpy"].random.seed()
    return shell


def _refused(name):
    def ask(*_, **__):
        raise StdinNotImplementedError(f"{name} was called, but this frontend does not support input requests.")

    return ask
