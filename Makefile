# `make help` lists what there is. PORT (8000), HOST (127.0.0.1) and DATA_DIR (.data) are taken from the environment.

PYTHON := $(firstword $(foreach candidate,/usr/bin/python3.11 python3.11 python3,$(shell \
	$(candidate) -c 'import sys; sys.version_info[:2] == (3, 11) and print("$(candidate)")' 2>/dev/null)))
DEPLOY = $(or $(PYTHON),$(error Python 3.11 is needed and was not found: install it (Debian 12 has it as python3) and try again)) -m

export PORT HOST DATA_DIR ARGS

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt messages proof bench vitals manage reset

help: ## Show this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: ## Set up what is missing, load the demo city, serve until Ctrl-C (PORT, HOST, DATA_DIR)
	@$(DEPLOY) deploy.run

test: ## Set up, then lint and all tests on a database of their own (ARGS="tests/geo -x": some, no lint)
	@$(DEPLOY) deploy.check test

lint: ## Style, types, layers, migrations, API snapshot, catalogues
	@$(DEPLOY) deploy.check lint

proof: ## The long proofs at full size
	@$(DEPLOY) deploy.check proof

bench: ## The figures, against the production arrangement on a database and a port of its own
	@$(DEPLOY) deploy.bench bench

vitals: ## What a visitor on a slow phone waits for: paint, shifts, interactions, Lighthouse, weights
	@$(DEPLOY) deploy.bench vitals

fmt: ## Format Python and mend what the linter can
	@$(DEPLOY) deploy.check fmt

messages: ## Bring the translation catalogues in step with the source
	@$(DEPLOY) deploy.check messages

manage: ## Run a manage.py command with this installation's settings: make manage ARGS="api_token EMAIL"
	@$(DEPLOY) deploy.manage

reset: ## Drop the data; refuses while the site is being served
	@$(DEPLOY) deploy.reset
