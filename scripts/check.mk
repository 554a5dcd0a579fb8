# SPDX-License-Identifier: GPL-2.0
#
# Static checks and generated files.

.PHONY: check regen check-regen
check: ## style, spelling, spec, manuals, generated files, a build with W=1
	$(Q)scripts/test.sh check

regen: ## regenerate what follows from the netlink spec and the tunables
	$(Q)$(INROOT) scripts/regen.sh

check-regen: ## fail if a generated file is behind its source
	$(Q)$(INROOT) scripts/regen.sh check
