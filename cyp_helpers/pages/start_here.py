"""The first page: pick a plan, a review and an area, make its pages, look at the sheet that the board reads."""

import html
import json
import os
import re
import subprocess
import sys

from cyp_helpers.register import listing
from cyp_helpers.register.tables import find_project, load_register
from cyp_helpers.show.wording import Words, clean

OWN_AREA, LATEST = "the plan's own area", "latest"
ELSEWHERE = (
    "In JupyterLab (`make lab`, or `jupyter lab notebooks`) three drop-downs stand here. Without it, "
    "`cyp review --plan PLAN --review REVIEW --area AREA` does the same; `cyp.plans()`, `cyp.reviews(plan)` and "
    "`cyp.areas()` list what there is."
)
_FIRST = re.compile(r"^(?P<folder>outputs/\S+)/board\.html", re.MULTILINE)


def start():
    """Three drop-downs and a button, in JupyterLab; elsewhere the words that lead there."""
    # The name is set by Jupyter's server for the kernels of its notebooks, and by nobody else.
    return _Start(find_project()).box if "JPY_SESSION_NAME" in os.environ else Words(ELSEWHERE)


class _Start:
    """The drop-downs, and what happens when the button is pressed."""

    def __init__(self, project):
        import ipywidgets as widgets

        self.project, self.register = project, load_register(project)
        look = {"style": {"description_width": "5em"}, "layout": {"width": "40em"}}
        plans, areas = listing.plans(self.register), listing.areas(register=self.register)
        names = areas.loc[~areas["area_type"].isin(["region", "country"]) & (areas["indicators"] > 0), "area"]
        self._own, self._areas = plans.set_index("plan")["area"], [(name, name) for name in sorted(names)]
        self.plan = widgets.Dropdown(options=list(zip(plans["title"], plans["plan"])), description="Plan", **look)
        self.review = widgets.Dropdown(description="Review", **look)
        self.area = widgets.Dropdown(description="Area", **look)
        self.whole = widgets.Checkbox(value=False, description="All pages, not the board page alone", indent=False)
        self.button = widgets.Button(description="Make it", button_style="primary", tooltip="Runs cyp review")
        self.said, self.shown = widgets.HTML(), widgets.Output()
        self.plan.observe(self._offer, "value")
        self.button.on_click(self._make)
        self._offer()
        self.box = widgets.VBox([self.plan, self.review, self.area, self.whole, self.button, self.said, self.shown])

    def _offer(self, _=None):
        """The reviews of the plan, the newest first, and its areas."""
        reviews = listing.reviews(self.plan.value, self.register)["review"].tolist()
        self.review.options = [(f"{LATEST}: what is known today", LATEST), *((one, one) for one in reversed(reviews))]
        own = self._own[self.plan.value]
        self.area.options = [(f"{OWN_AREA}, {own}", "")] * bool(own) + self._areas
        for one in (self.review, self.area):  # new options alone may leave nothing chosen
            one.index = None
            one.index = 0

    def _make(self, _):
        command = ["review", "--plan", self.plan.value, "--review", self.review.value]
        command += ["--area", self.area.value] if self.area.value else []
        command += [] if self.whole.value else ["--only", "board"]
        self.button.disabled, self.said.value = True, "Working; the first time it takes half a minute …"
        try:
            made = _cyp(self.project, command)
            self._tell(made, _FIRST.search(made.stdout))
        finally:
            self.button.disabled = False

    def _tell(self, made, found):
        """The sheet, as its cell shows it, and the names of the files; what went wrong where there is none."""
        from IPython.display import HTML

        from cyp_helpers.show.picture import board_in

        self.shown.clear_output()
        if made.returncode or not found:
            self.said.value = f"<pre>{html.escape(clean(made.stderr or made.stdout))}</pre>"
            return
        folder = self.project / found["folder"]
        names = sorted(path.name for path in folder.iterdir() if path.suffix in (".html", ".pdf", ".xlsx"))
        listed = "".join(f"<li>{html.escape(name)}</li>" for name in names)
        self.said.value = f"<p>In the folder <b>{html.escape(str(folder))}</b>:</p><ul>{listed}</ul>"
        notebook = json.loads((folder / "board.ipynb").read_bytes())
        self.shown.append_display_data(HTML("".join(board_in(notebook, "text/html"))))


def _cyp(project, words):
    """Run the command in a process of its own: a kernel has an event loop already."""
    code = "from cyp_helpers.cli import app; app()"
    told = {"capture_output": True, "text": True, "encoding": "utf-8", "errors": "replace"}
    without = {name: value for name, value in os.environ.items() if name != "JPY_SESSION_NAME"}
    return subprocess.run([sys.executable, "-c", code, *words], cwd=project, env=without | {"COLUMNS": "400"}, **told)
