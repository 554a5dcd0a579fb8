# SPDX-License-Identifier: GPL-2.0
#
# The deterministic simulation of gossipd's core. See Documentation/testing/campaign.md.

CAMPAIGN_DIR := build/campaign
CAMPAIGN := $(CAMPAIGN_DIR)/campaign
CAMPAIGN_MAKE = $(MAKE) --no-print-directory -C tests/userspace/gossip/sim
CAMPAIGN_SEEDS = $(or $(SEEDS),100)
CAMPAIGN_SHORT_SEEDS = $(or $(SEEDS),200)
# What the suite has of it: so many worlds from 1 on, and so many that nobody has seen.
CAMPAIGN_FIXED = 300
CAMPAIGN_FRESH = 0
# That of the plug-in for InfiniBand.
CAMPAIGN_IB_DIR := build/campaign-ib
CAMPAIGN_IB := $(CAMPAIGN_IB_DIR)/campaign
CAMPAIGN_IB_MAKE = $(MAKE) --no-print-directory -C tests/userspace/gossip/ibsim \
	OUT=$(CURDIR)/$(CAMPAIGN_IB_DIR)
CAMPAIGN_IB_SEEDS = $(or $(SEEDS),1000)
CAMPAIGN_IB_FIXED = 200

.PHONY: campaign campaign-short campaign-determinism campaign-ib
.PHONY: in-root-campaign in-root-campaign-short in-root-campaign-determinism in-root-campaign-ib
.PHONY: in-root-campaign-build in-root-campaign-test
campaign: ## simulate zones of gossipd under faults (SEEDS=n worlds from FIRST=n on; SEED=n replays one, with MINIMISE=1 with less trouble)
	$(Q)$(MAKE_IN_ROOT) in-root-campaign SEEDS='$(SEEDS)' FIRST='$(FIRST)' MINIMISE='$(MINIMISE)'

campaign-short: ## the same with small worlds, as the tests have it (SEEDS=n, SEED=n)
	$(Q)$(MAKE_IN_ROOT) in-root-campaign-short SEEDS='$(SEEDS)' FIRST='$(FIRST)' MINIMISE='$(MINIMISE)'

campaign-determinism: ## the same worlds by gcc and clang at -O0 and -O3: the same traces (SEEDS=n)
	$(Q)$(MAKE_IN_ROOT) in-root-campaign-determinism SEEDS='$(SEEDS)' FIRST='$(FIRST)'

campaign-ib: ## the plug-in for InfiniBand under faults, with the libraries made up (SEEDS=n, FIRST=n; SEED=n replays one)
	$(Q)$(MAKE_IN_ROOT) in-root-campaign-ib SEEDS='$(SEEDS)' FIRST='$(FIRST)'

in-root-campaign:
	$(Q)$(CAMPAIGN_MAKE) OUT=$(CURDIR)/$(CAMPAIGN_DIR)
	$(Q)mkdir -p build/bench
	$(Q)$(if $(SEED),$(CAMPAIGN) --seed $(SEED) $(if $(MINIMISE),--minimise),\
		$(CAMPAIGN) --first $(or $(FIRST),1) --seeds $(CAMPAIGN_SEEDS) --canary all \
		--json build/bench/campaign.json)

in-root-campaign-short:
	$(Q)$(CAMPAIGN_MAKE) OUT=$(CURDIR)/$(CAMPAIGN_DIR)
	$(Q)mkdir -p build/bench
	$(Q)$(if $(SEED),$(CAMPAIGN) --small --seed $(SEED) $(if $(MINIMISE),--minimise),\
		$(CAMPAIGN) --small --first $(or $(FIRST),1) --seeds $(CAMPAIGN_SHORT_SEEDS) --canary all \
		--json build/bench/campaign-short.json)

in-root-campaign-ib:
	$(Q)$(CAMPAIGN_IB_MAKE)
	$(Q)test -e $(CAMPAIGN_IB) || { echo 'not without the headers of $(IB_LIBS)' >&2; exit 1; }
	$(Q)mkdir -p build/bench
	$(Q)$(if $(SEED),$(CAMPAIGN_IB) --seed $(SEED),$(CAMPAIGN_IB) --first $(or $(FIRST),1) \
		--seeds $(CAMPAIGN_IB_SEEDS) --canary all --json build/bench/campaign-ib.json)

in-root-campaign-build:
	$(Q)$(CAMPAIGN_MAKE) OUT=$(CURDIR)/$(CAMPAIGN_DIR)
	$(Q)$(CAMPAIGN_IB_MAKE)

in-root-campaign-test: in-root-campaign-build
	$(Q)tests/userspace/gossip/sim/ktap.sh $(CAMPAIGN) $(CAMPAIGN_FIXED) $(CAMPAIGN_FRESH) \
		$(CAMPAIGN_IB) $(CAMPAIGN_IB_FIXED) $(SEED)

in-root-campaign-determinism:
	$(Q)set -e; for build in gcc-O0 gcc-O3 clang-O0 clang-O3; do \
		cc=$(CC); case $$build in clang-*) cc=$(CLANG);; esac; \
		$(CAMPAIGN_MAKE) OUT=$(CURDIR)/$(CAMPAIGN_DIR)-$$build CC=$$cc OPT=-$${build#*-}; \
		rc=0; $(CAMPAIGN_DIR)-$$build/campaign --small --hashes --repeat 0 \
			--first $(or $(FIRST),1) --seeds $(or $(SEEDS),20) \
			> $(CAMPAIGN_DIR)/$$build.hashes || rc=$$?; test $$rc -le 1; \
		cmp $(CAMPAIGN_DIR)/gcc-O0.hashes $(CAMPAIGN_DIR)/$$build.hashes; \
	done; echo "the same hashes of $$(grep -c '^[0-9][0-9]* ' $(CAMPAIGN_DIR)/gcc-O0.hashes) worlds in four builds"
