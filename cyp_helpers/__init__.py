"""Helpers of the analysis workbook for children's plans; see README.md."""
