# Each target makes the environment that it needs; a second call installs nothing again.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: review test test-all lab check fuzz mutants notebooks lock clean

review: $(READY)
	$(BIN)/cyp review

test: $(READY)  # what a change of a figure, a verdict, a page or a notebook needs
	$(BIN)/python -m pytest -m "not long"

test-all: $(READY)  # and forms, whole runs with their faults, every review, browsers
	$(BIN)/python -m pytest

lab: $(READY)
	$(BIN)/jupyter lab notebooks

check: $(READY)
	$(BIN)/cyp check

fuzz: $(READY)  # single faults in a copy of data/: none may pass
	$(BIN)/python -m benchmarks fuzz

mutants: $(READY)  # small changes of the comparing core, one at a time: each should fail a test
	$(BIN)/mutmut run; $(BIN)/mutmut results

notebooks: $(READY)  # run the saved notebooks again and keep their outputs
	$(BIN)/cyp save-notebooks

$(READY): requirements.lock tests/axe.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/axe.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

lock: $(READY)  # pin the newest versions, for every platform and Python from 3.11
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra build --extra test --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --upgrade --custom-compile-command "make lock" --output-file requirements.lock

clean:
	rm -rf .venv
