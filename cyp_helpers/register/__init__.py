"""The register: its tables, periods and checks."""
