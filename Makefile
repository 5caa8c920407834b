# make lab     the course, in JupyterLab           make site       the HTML edition, in build/site/
# make test    everything that must hold           make notebooks  run them, renew the texts they promise
# make bench   events a second, beside SimPy       make strip      take all other outputs out of them
# make clean   remove what was built (not .venv)   make slides     the chapters as decks, in build/slides/
# make golden  renew the golden traces             make picture    take the README's picture, docs/player.png
#
# make quick   in under a minute: style, types, the tests of what was changed since main, and the contract of it and of
#              one protocol more (make quick P=snapshot)
# make types   mypy, and TypeScript for the player; make test does that too
# make soak    all tests, the long ones in full: make test runs a sample of their seeds and strings, always the same
#
# Of one notebook only: make notebooks N=04_broadcast, and so strip, site and slides.
#
# The first time, each of them sets up .venv/. Another Python: make test PYTHON=python3.13 VENV=.venv313

VENV  = .venv
BIN   = $(VENV)/bin
READY = $(VENV)/ready
TYPES = tests/js/node_modules/ready
P     = raft
SPREAD = -n auto --maxprocesses 4 --dist loadscope
HOUSE = tests/test_layers.py tests/test_contract.py tests/test_exercises.py tests/test_notebooks.py
START = notebooks/00_start_here.ipynb

lab: $(READY)
	$(BIN)/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/$(START) $(ARGS)

test: $(READY) $(TYPES)
	$(BIN)/ruff check
	$(BIN)/python -m pytest $(SPREAD) $(ARGS)

soak: $(READY) $(TYPES)
	$(BIN)/python -m pytest $(SPREAD) --soak $(ARGS)

types: $(READY) $(TYPES)
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest tests/test_javascript.py

quick: $(READY) $(TYPES)
	@test -f dslab/protocols/$(P).py || { echo "P=$(P): there is no dslab/protocols/$(P).py"; exit 1; }
	$(BIN)/ruff check
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest $(HOUSE) -k "[$(P)] or $$($(BIN)/python tools/changed.py names)"
	files=$$($(BIN)/python tools/changed.py files); [ -z "$$files" ] || $(BIN)/python -m pytest $$files

bench: $(READY)
	$(BIN)/python benchmarks/simulator.py
	$(BIN)/python benchmarks/explorer.py
	$(BIN)/python benchmarks/player.py

site: $(READY)
	$(BIN)/python tools/notebooks.py site $(N)

slides: $(READY)
	$(BIN)/python tools/notebooks.py slides $(N)

strip: $(READY)
	$(BIN)/python tools/notebooks.py strip $(N)

notebooks: $(READY)
	$(BIN)/python tools/notebooks.py run $(N)

golden: $(READY)
	UPDATE_GOLDEN=1 $(BIN)/python -m pytest tests/test_contract.py tests/test_fixtures.py -k golden

picture: $(READY)
	$(BIN)/python tools/picture.py

clean:
	rm -rf build .pytest_cache .ruff_cache
	find dslab tests tools benchmarks notebooks -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

# The mark of a finished set-up: older than pyproject.toml, it is done again.
$(READY): pyproject.toml tools/setup.sh
	PYTHON="$(PYTHON)" sh tools/setup.sh $(VENV)
	touch $@

# TypeScript, for the type check of the JavaScript. Without npm, or without a network, that test is skipped, and says so.
$(TYPES): tests/js/package-lock.json
	-command -v npm >/dev/null && npm ci --prefix tests/js --no-audit --no-fund --loglevel=error && touch $@

.PHONY: lab test types quick soak bench site slides strip notebooks golden picture clean
