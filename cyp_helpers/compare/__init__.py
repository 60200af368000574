"""Known figures -> pairs -> judged pairs."""
