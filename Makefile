# Aliases. ./run and ./test are the real thing and need no make.
PYTHON = .venv/bin/python

.PHONY: run test examples check format bench messages lock

run:
	./run

test:
	./test

# Every example that tests can make up; ./test makes up a third of them.
examples:
	BETAOPS_EXAMPLES=all ./test -m hypothesis

# What can be seen without running, then everything that runs.
check:
	@.venv/bin/python -c "" 2>/dev/null || ./test --co -q >/dev/null
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -m bandit -q -r betaops config.py wsgi.py -c pyproject.toml
	.venv/bin/lint-imports
	$(PYTHON) -m djlint templates --lint --quiet
	./test

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

bench:
	@for claim in bench/*/; do $(PYTHON) -m bench.$$(basename $$claim) || exit 1; done

# Collects every sentence and brings each language's catalogue up to date; what is new there waits for its translation.
messages:
	.venv/bin/pybabel -q extract -F betaops/translations/babel.cfg -k _l --no-location --sort-output --omit-header -o /tmp/betaops.pot .
	@for file in betaops/translations/*/LC_MESSAGES/messages.po; do \
		.venv/bin/pybabel -q update -i /tmp/betaops.pot -o $$file -l $$(basename $$(dirname $$(dirname $$file))) \
			--no-fuzzy-matching --ignore-obsolete --omit-header --no-wrap || exit 1; done

# Needs uv. --universal: one lock for every Python from 3.11 on and every platform.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		-c requirements.txt requirements-dev.in -o requirements-dev.txt
