# SPDX-License-Identifier: GPL-2.0
#
# Static checks and generated files.

.PHONY: check check-selftest regen check-regen
check: ## static checks: style, W=1, sparse, coccinelle, cppcheck, clang-tidy, generated files, prose
	$(Q)scripts/test.sh check

check-selftest: ## plant a fault for each static check in a copy of the tree and see it found
	$(Q)$(INROOT) scripts/check/selftest.sh

regen: ## regenerate what follows from the netlink spec and the tunables
	$(Q)$(INROOT) scripts/regen.sh

check-regen: ## fail if a generated file is behind its source
	$(Q)$(INROOT) scripts/regen.sh check
