# SPDX-License-Identifier: GPL-2.0
#
# The fuzzer, a static program for the guest, and its runs. See Documentation/testing/fuzzing.md.

FUZZ_DIR := $(BUILD)/fuzz
FUZZ_SRC := $(wildcard tests/fuzz/*.c)
FUZZ_SPEC := Documentation/netlink/specs/maxwell.yaml
# Others have a MINUTES of their own.
FUZZ_MINUTES = $(or $(MINUTES),5)

$(FUZZ_DIR)/nl_table.h: tests/fuzz/gen_netlink.py $(FUZZ_SPEC)
	$(say) GEN $@
	$(Q)mkdir -p $(@D)
	$(Q)python3 -B tests/fuzz/gen_netlink.py $(FUZZ_SPEC) $@

$(BUILD)/vm/fuzz: $(FUZZ_SRC) $(wildcard tests/fuzz/*.h) tests/vm/load/genl.h uapi/linux/maxwell.h \
	uapi/linux/maxwell_dev.h $(FUZZ_DIR)/nl_table.h
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O2 -g -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -static -pthread -Iuapi \
		-Itests/vm/load -I$(FUZZ_DIR) -o $@ $(FUZZ_SRC)

guest-progs: $(BUILD)/vm/fuzz

.PHONY: fuzz
fuzz: ## fuzz netlink, sysfs and /dev/maxwell in a guest (MINUTES=n, 5 unless said; SEED=N)
	$(Q)$(MAKE_IN_ROOT) in-root-guest
	$(Q)$(INROOT) $(VM) exec --name fuzz --timeout $$(($(FUZZ_MINUTES) * 240 + 900)) \
		--command 'tests/fuzz/run.sh $(shell echo $$(($(FUZZ_MINUTES) * 60)))'

# --- what maxctl reads from people, by libFuzzer ---

.PHONY: fuzz-parsers in-root-fuzz-parsers
fuzz-parsers: ## fuzz how maxctl reads numbers, times and amounts (MINUTES=n)
	$(Q)$(MAKE_IN_ROOT) in-root-fuzz-parsers MINUTES=$(FUZZ_MINUTES)

build/fuzz/parse: tests/fuzz/parsers/parse.c tools/maxctl/parse.c tools/maxctl/maxctl.h
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(TOOL_CFLAGS) \
		-Itools/maxctl -o $@ $(filter %.c,$^)

in-root-fuzz-parsers: build/fuzz/parse
	$(Q)mkdir -p build/fuzz/corpus
	$(Q)build/fuzz/parse -max_len=300 -print_final_stats=1 \
		-max_total_time=$(shell echo $$(($(FUZZ_MINUTES) * 60))) \
		-artifact_prefix=build/fuzz/ build/fuzz/corpus
