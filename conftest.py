"""What examples in docstrings may use without importing it."""

import os

import numpy as np
import pandas as pd
import pytest

import cyp_helpers as cyp
from cyp_helpers.register.tables import load_register

os.environ["CYP_OWN_PLANS"] = "off"  # tests hold the shipped plans, whatever else stands in data/own/


@pytest.fixture(autouse=True)
def _names_of_examples(doctest_namespace):
    doctest_namespace.update(cyp=cyp, load_register=load_register, np=np, pd=pd)
