"""Helpers of the analysis workbook for children's plans; see README.md."""

from cyp_helpers.compare.judge import NO_VERDICT
from cyp_helpers.report import check_parameters, open_review
from cyp_helpers.show.table import SHORTHAND, show  # at once: a package named show would take the name

__all__ = ["NO_VERDICT", "SHORTHAND", "check_parameters", "open_review", "show"]
