# SPDX-License-Identifier: GPL-2.0
#
# Targets that run in the build root and the guest. Those named in-root-* run inside the root, on
# behalf of the others and of scripts/test.sh.

PAYLOAD := $(BUILD)/vm/payload.cpio
VM := python3 -B tests/vm/run.py
UNIT := $(MAKE) --no-print-directory -C tests/userspace OUT=$(CURDIR)/build/tests
UNIT_GOSSIP := $(MAKE) --no-print-directory -C tests/userspace/gossip OUT=$(CURDIR)/build/tests/gossip
shell-quote = '$(subst ','\'',$(1))'

# Without a pattern everything, with one only the guest cases that match it.
export T SEED KEEP

.PHONY: buildroot test test-unit test-vm test-slow run bench bench-gpu bench-market bench-guest vm-exec vm-shell
buildroot: ## make the build root (the other targets do it when they need it)
	$(Q)scripts/buildroot.sh

test: ## all tests: checks, proofs, KUnit, guest, other kernels (T=PATTERN: these guest cases only)
	$(Q)KERNELS='$(KERNELS_SHORT)' scripts/test.sh \
		$(if $(T),guest,check unit gossip campaign fuzz proofs kunit guest kernels-short)

test-unit: ## the tests that need no kernel
	$(Q)scripts/test.sh unit

test-vm: ## the cases in the guest (T=PATTERN selects)
	$(Q)scripts/test.sh guest

test-slow: ## the guest cases that make test leaves out because they take too long
	$(Q)T=slow scripts/test.sh guest

.PHONY: debug-kernel test-debug test-kunit
debug-kernel: ## build the kernel of test-debug, if it is not in the cache: takes a quarter of an hour
	$(Q)scripts/debug-kernel.sh

test-debug: ## KUnit suites and guest cases on the debug kernel (T=PATTERN: these guest cases only)
	$(Q)MAXWELL_DEBUG=1 scripts/test.sh $(if $(T),guest,kunit guest)

test-kunit: ## the KUnit suites alone
	$(Q)scripts/test.sh kunit

run: ## the demonstration: bids, prices and parked programs in a guest, live
	$(Q)$(MAKE_IN_ROOT) in-root-guest
	$(Q)$(INROOT) $(VM) exec --name demo --clock counted --timeout 600 \
		--command 'python3 -B tests/vm/demo.py'
	$(Q)$(INROOT) python3 -B tests/vm/loop/show.py

.PHONY: run-loop
run-loop: ## heat to price to scheduler to heat, in a guest, live: build/run/closed-loop.svg, .json
	$(Q)$(MAKE_IN_ROOT) in-root-guest
	$(Q)$(INROOT) python3 -B tests/vm/loop/show.py

bench: ## cost of the runqueue's operations, in user space: build/bench/runqueue.json
	$(Q)$(MAKE_IN_ROOT) in-root-bench

.PHONY: bench-matrix bench-matrix-doc
bench-matrix: ## the order book beside six other structures: build/bench/matrix.json, .raw, .md
	$(Q)$(MAKE_IN_ROOT) in-root-matrix

bench-matrix-doc: ## put the tables of the last bench-matrix into Documentation/matrix.md
	$(Q)test -e build/bench/matrix.md || { echo 'no tables yet: make bench-matrix' >&2; exit 1; }
	$(Q)sed --in-place -e '/^<!-- tables -->$$/,/^<!-- end of tables -->$$/{//!d}' \
		-e '/^<!-- tables -->$$/r build/bench/matrix.md' Documentation/matrix.md

bench-gpu: ## cost of the auction of a GPU, in user space: build/bench/gpu.json
	$(Q)$(MAKE_IN_ROOT) in-root-bench-gpu

bench-market: ## cost of bids by ring, of reading prices, of auctions: build/bench/market.json
	$(Q)$(MAKE_IN_ROOT) in-root-bench-market

.PHONY: incentives
incentives: ## what lying, splitting up and colluding bring: build/bench/incentives.json, the document's tables
	$(Q)$(MAKE_IN_ROOT) in-root-incentives
	$(Q)sed --in-place -e '/^<!-- tables -->$$/,/^<!-- end of tables -->$$/{//!d}' \
		-e '/^<!-- tables -->$$/r build/bench/incentives.md' Documentation/incentives.md

bench-guest: ## instructions per context switch against the fair class: build/bench/switch.json
	$(Q)$(MAKE_IN_ROOT) in-root-guest
	$(Q)$(INROOT) python3 -B tests/vm/bench_switch.py

vm-exec: ## one command in the guest: make vm-exec C='maxctl doctor'
	$(Q)$(MAKE_IN_ROOT) in-root-guest
	$(Q)$(INROOT) $(VM) exec --command $(call shell-quote,$(C))

vm-shell: ## an interactive shell in the guest
	$(Q)$(MAKE_IN_ROOT) in-root-guest
	$(Q)$(INROOT) $(VM) shell

.PHONY: in-root-guest in-root-guest-cases in-root-unit in-root-unit-run in-root-bench \
	in-root-bench-gpu in-root-bench-market in-root-incentives
$(BUILD)/vm/dkms.tar.gz: $(DKMS_FILES) scripts/dkms-tarball.sh
	$(say) DKMS $@
	$(Q)mkdir -p $(@D)
	$(Q)scripts/dkms-tarball.sh $@

in-root-guest in-root-guest-cases: module tools guest-progs
	$(Q)scripts/guestimage.sh
	$(Q)flock $(BUILD)/vm/payload.lock scripts/pack-guest.sh $(BUILD) $(PAYLOAD)

# Only the cases want what DKMS built, which the debug kernel has none of; it is packed as well, so it
# has to be there before.
in-root-guest-cases: $(if $(MAXWELL_DEBUG),,$(BUILD)/vm/dkms.tar.gz)

.PHONY: in-root-kunit
in-root-kunit: kunit-module in-root-guest

in-root-unit:
	$(Q)$(UNIT) all
	$(Q)$(UNIT_GOSSIP) all

# gossipd's with one seed, as a plant or a network that is drawn at random may be worse than a bound
# allows for: what other seeds bring is for test-gossip-seeds to find.
.PHONY: in-root-unit-scheduler in-root-unit-gossip in-root-unit-loop
in-root-unit-run: in-root-unit-scheduler in-root-unit-gossip in-root-unit-loop

in-root-unit-scheduler:
	$(Q)$(UNIT) check

in-root-unit-gossip:
	$(Q)$(UNIT_GOSSIP) check SEED='$(or $(SEED),1)'

in-root-unit-loop:
	$(Q)python3 -B tests/vm/loop/test_loop.py

in-root-bench-gpu:
	$(Q)$(UNIT) gpu-bench

in-root-bench-market:
	$(Q)$(UNIT) market

in-root-bench:
	$(Q)mkdir -p build/bench
	$(Q)$(UNIT) bench

.PHONY: in-root-matrix
in-root-matrix:
	$(Q)mkdir -p build/bench
	$(Q)$(UNIT) matrix

in-root-incentives:
	$(Q)mkdir -p build/bench
	$(Q)$(UNIT) incentives
