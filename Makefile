# Two commands: `make study` and `make test`. Everything lives in $(VENV).
PYTHON ?= python3
VENV ?= .venv
OUT ?= study

.PHONY: study test lint clean
study: $(VENV)/.installed
	$(VENV)/bin/memcap study --preset quick --out $(OUT)
test: $(VENV)/.installed-dev
	$(VENV)/bin/python -m pytest --numprocesses 2 --dist loadfile
lint: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	$(VENV)/bin/pyright --pythonpath $(VENV)/bin/python
	$(VENV)/bin/lint-imports
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -e . && touch $@
$(VENV)/.installed-dev: $(VENV)/.installed
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -e ".[dev]" && touch $@
clean:
	rm -rf $(VENV) $(OUT)
