# SPDX-License-Identifier: GPL-2.0
#
# gossipd's fuzzers, and what its cryptography costs; see tests/userspace/gossip/fuzz/Makefile.

GOSSIP_FUZZ := tests/userspace/gossip/fuzz
GOSSIP_FUZZ_MAKE = $(MAKE) --no-print-directory -C $(GOSSIP_FUZZ) OUT=$(CURDIR)/build/fuzz/gossip
# All of the harnesses together.
GOSSIP_FUZZ_MINUTES = $(or $(MINUTES),5)
GOSSIP_FUZZ_NR := $(words $(wildcard $(GOSSIP_FUZZ)/fuzz_*.c))

.PHONY: fuzz-gossip in-root-fuzz-gossip bench-gossip-crypto in-root-bench-gossip-crypto
fuzz-gossip: ## fuzz what gossipd reads: datagrams, the core, keys (MINUTES=n for all together; T=NAME)
	$(Q)$(MAKE_IN_ROOT) in-root-fuzz-gossip MINUTES=$(GOSSIP_FUZZ_MINUTES)

in-root-fuzz-gossip:
	$(Q)$(GOSSIP_FUZZ_MAKE) all
	$(Q)$(GOSSIP_FUZZ_MAKE) run T='$(T)' \
		SECONDS=$$(($(GOSSIP_FUZZ_MINUTES) * 60 / $(if $(T),1,$(GOSSIP_FUZZ_NR))))

bench-gossip-crypto: ## what sealing and signing cost: build/bench/gossip_crypto.json
	$(Q)$(MAKE_IN_ROOT) in-root-bench-gossip-crypto

in-root-bench-gossip-crypto:
	$(Q)$(GOSSIP_FUZZ_MAKE) bench BENCH=$(CURDIR)/build/bench/gossip_crypto.json

.PHONY: in-root-fuzz-gossip-build in-root-fuzz-gossip-test
in-root-fuzz-gossip-build:
	$(Q)$(GOSSIP_FUZZ_MAKE) all

in-root-fuzz-gossip-test:
	$(Q)$(GOSSIP_FUZZ_MAKE) test
