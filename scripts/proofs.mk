# SPDX-License-Identifier: GPL-2.0
#
# What is known of the policy files beyond their tests: coverage, bounded proofs, memory model.

.PHONY: coverage prove prove-short prove-mutants litmus
coverage: ## lines and branches of the policy files that the unit tests take (at least 95 %)
	$(Q)SEED='$(SEED)' $(MAKE_IN_ROOT) in-root-coverage

.PHONY: in-root-coverage
in-root-coverage:
	$(Q)$(UNIT) coverage
	$(Q)$(UNIT_GOSSIP) coverage

prove: ## bounded proofs of the policy files with CBMC, all of them (T=PATTERN: these only)
	$(Q)$(INROOT) $(MAKE) --no-print-directory -C tests/proofs prove T='$(T)'

prove-short: ## the quick ones of the bounded proofs, as the suite that CI runs
	$(Q)scripts/test.sh proofs

prove-mutants: ## break the policy files: each bounded proof has to notice (T=PATTERN)
	$(Q)$(INROOT) $(MAKE) --no-print-directory -C tests/proofs mutants T='$(T)'

litmus: ## litmus tests of ring and price page, if herd7 is there (MEMORY_MODEL=DIR)
	$(Q)tests/litmus/run.sh
