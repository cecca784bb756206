# The fast loop: style, types, architecture and the tests that need no server.
PL := .venv-pl/bin/python
APPV2 := .venv-appv2/bin/python

.PHONY: check lint types shape unit test

check: lint types shape unit

lint:
	$(PL) -m ruff check .
	$(PL) -m ruff format --check .

types:
	$(PL) -m mypy contracts service pl launcher bench
	$(APPV2) -m mypy appv2

shape:
	$(PL) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

unit:
	$(PL) -m pytest -q -m "not integration and not e2e and not real_data" tests/contracts tests/service tests/pl tests/launcher tests/house
	$(APPV2) -m pytest -q -m "not integration and not e2e" tests/contracts tests/service tests/appv2

test:
	python3 run_tests.py
