"""A plan in one Excel form: write the form, read it, make the register's tables of it, keep them by the others."""
