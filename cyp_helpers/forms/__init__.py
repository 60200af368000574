"""A plan in one Excel form: write the form, read it, turn it into the register's tables, keep them beside the shipped ones."""
