"""Honest comparison of the figures of children's plans: ``import cyp_helpers as cyp``.

======================  ====================================================================
verb                   gives
======================  ====================================================================
``load_register()``     the register: every table of ``data/``
``figures()``           every known figure of the areas and series asked for, a frame
``compare()``           every figure against its past, England, region and neighbours, a frame
``open_review()``       one plan, one review, one area, opened for reading
``show()``              a selection of a frame as a table for readers
``chart()``             a picture of a selection of figures
``export()``            a frame as CSV and Excel in ``outputs/own/``
``plans()``             what ``plan`` may be; ``reviews(plan)``, ``priorities(plan)`` likewise
``areas()``             what an area may be, with how much is known of it
``indicators()``        what ``series`` may be, with how much is known of it
``check_parameters()``  refuses a mistyped parameter in a notebook's cell
``NO_VERDICT``          verdicts that say nothing; ``SHORTHAND`` what marks such as [p] mean
======================  ====================================================================

``help(cyp.compare)`` explains every column.
"""

import sys
from importlib import import_module
from types import ModuleType

_ROOMS = {
    "load_register": "register.tables", "plans": "register.listing", "reviews": "register.listing",
    "priorities": "register.listing", "areas": "register.listing", "indicators": "register.listing",
    "figures": "compare.comparison", "compare": "compare.comparison", "open_review": "report", "show": "show.table",
    "chart": "show.readerchart", "export": "show.export", "check_parameters": "report", "NO_VERDICT": "compare.judge",
    "SHORTHAND": "show.table"
}
__all__ = list(_ROOMS)


def __getattr__(name):
    """A verb, from its room, when it is first asked for: importing the package imports no library."""
    if name not in _ROOMS:
        raise AttributeError(f"cyp_helpers has no {name!r}; its verbs are {', '.join(__all__)}.")
    verb = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    globals()[name] = verb
    return verb


def __dir__():
    return [name for name in globals() if name.startswith("__")] + __all__


class _Package(ModuleType):
    """Keeps the names ``compare`` and ``show`` for the verbs; importing a room of that name would put the room there."""

    def __setattr__(self, name, value):
        if not (name in _ROOMS and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
