"""Tables, charts and words in a real JupyterLab: readable in both themes, before and after the notebook is trusted."""

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from browser import browser, needs_browser
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cyp_helpers.show import charts
from cyp_helpers.show.table import show
from cyp_helpers.show.wording import Words, bold, escape
from cyp_helpers.show.words import Opening

pytestmark = pytest.mark.long

ROWS = pd.DataFrame(
    {
        "name": ["Re-referrals", "Spend of $5 m, then $7 m"],
        "value": [25.5, 1234.0],
        "verdict": ["worse", "better"],
        "reason": ["25.5% is 3.6 percentage points above 21.9%, the figure of England.", "Lower is better."],
    }
)
# Each cell's alignment, and the contrast of its text with what is behind it.
LOOK = """
(() => {
  const rgb = text => (text.match(/[0-9.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
      .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = node => { for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor, [,,, alpha] = rgb(colour);
      if (alpha === undefined || alpha > 0.99) return colour; } return "rgb(255, 255, 255)"; };
  const contrast = node => { const pair = [getComputedStyle(node).color, behind(node)].map(rgb).map(light).sort((a, b) => a - b);
      return (pair[1] + 0.05) / (pair[0] + 0.05); };
  const nodes = [...document.querySelectorAll(".jp-OutputArea-output :is(th, td, caption, p, summary)")];
  return nodes.map(node => [node.tagName, node.textContent.trim().slice(0, 30), getComputedStyle(node).textAlign, contrast(node)]);
})()
"""


def notebook():
    figure, axes = charts.new_figure(height=2)
    axes.plot([1, 2], [3, 4])
    chart = charts.Chart("Title", "Line chart. Title.", charts.draw_svg(figure), show(ROWS, "Figures behind"))
    shown = [Opening("Figures come from the register."), show(ROWS, "Two indicators", "A note."), chart]
    cells = [
        new_code_cell("...", outputs=[new_output("display_data", {"text/html": one._repr_html_()})]) for one in shown
    ]
    made = new_notebook(cells=cells)
    made.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    told = {"text/markdown": str(Words(f"{bold('GCSE A*-C')} {escape('costs $5 m, then $7 m <b>now</b>')}."))}
    made.cells.append(new_code_cell("...", outputs=[new_output("display_data", told)]))
    return made


@contextmanager
def jupyterlab(folder, theme):
    """A JupyterLab whose settings, trust and files stand in ``folder``; gives its address."""
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "run",
        "JUPYTER_CONFIG_DIR": "config",
    }
    environment = os.environ | {name: str(folder / place) for name, place in places.items()}
    files = folder / "files"
    files.mkdir(exist_ok=True)
    for name in ("untrusted", "trusted"):
        nbformat.write(notebook(), files / f"{name}.ipynb")
    trust = [sys.executable, "-m", "jupyter", "trust", str(files / "trusted.ipynb")]
    subprocess.run(trust, env=environment, check=True, capture_output=True)
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--IdentityProvider.token=",
    ]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([*command, f"--ServerApp.root_dir={files}"], env=environment, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


@needs_browser
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_tables_are_readable_in_jupyterlab(theme, tmp_path):
    pictures = Path(os.environ.get("CYP_PICTURES", tmp_path))  # to look at them
    with jupyterlab(tmp_path, theme) as address, browser(tmp_path) as page:
        wait_for_server(address)
        for name in ("untrusted", "trusted"):
            ready = "document.querySelectorAll('.jp-OutputArea-output td').length >= 12 && document.querySelector('.jp-RenderedMarkdown') && document.body.dataset.jpThemeName !== undefined"
            page.open(f"{address}/doc/tree/{name}.ipynb?reset", until=ready)
            page.picture(pictures / f"{theme.split()[1].lower()}-{name}.png")
            markdown = page.run("document.querySelector('.jp-RenderedMarkdown').innerText")
            assert markdown.strip() == "GCSE A*-C costs $5 m, then $7 m <b>now</b>."
            look(page.run(LOOK), page.run("document.body.dataset.jpThemeName"), theme)


def look(seen, shown_theme, theme):
    assert shown_theme == theme
    cells = [one for one in seen if one[0] in ("TH", "TD")]
    numbers = [one for one in cells if one[1] in ("25.5", "1,234", "Figure")]
    assert len(numbers) == 6 and all(align in ("right", "end") for _, _, align, _ in numbers), numbers
    texts = [one for one in cells if one not in numbers]
    assert all(align in ("left", "start") for _, _, align, _ in texts), texts
    assert ("$5 m, then $7 m" in "".join(text for _, text, _, _ in texts)) and len(texts) == 18
    assert all(contrast >= 4.5 for *_, contrast in seen), seen


def wait_for_server(address, seconds=60):
    import time
    import urllib.error
    import urllib.request

    end = time.monotonic() + seconds
    while True:
        try:
            return urllib.request.urlopen(f"{address}/api/status").close()
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < end, "JupyterLab did not answer"
            time.sleep(0.3)
