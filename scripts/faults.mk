# SPDX-License-Identifier: GPL-2.0
#
# The module with bugs on purpose, which the failover drill breaks, and what makes allocations fail.

.PHONY: faults-module
faults-module: $(BUILD)/faults/sched_maxwell.ko

# The guest gets both modules; the cases say which one they load.
in-root-guest in-root-guest-cases: faults-module

.PHONY: test-faults
test-faults: ## on the debug kernel: the module breaks on purpose, and every allocation of it fails
	$(Q)T='91 92 93 94 95' MAXWELL_DEBUG=1 scripts/test.sh guest

$(BUILD)/faults/sched_maxwell.ko: $(MODULE_SRC) scripts/check-btf.sh
	$(say) MODULE $@
	+$(Q)mkdir -p $(@D) && flock $(BUILD)/module.lock \
		$(call kbuild,$(BUILD)/faults) MAXWELL_FAULTS=1 modules
	$(Q)scripts/check-btf.sh $@ $(KDIR)/vmlinux
	$(Q)touch $@
