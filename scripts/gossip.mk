# SPDX-License-Identifier: GPL-2.0
#
# The daemon gossipd, its tests in network namespaces and its bench. What it is linked against is not
# on every machine that the module is built on, so without it everything else is built all the same.

# Of Avahi only the headers: its library is loaded if it is wanted, and --as-needed leaves it out here.
GOSSIPD_LIBS := libuv libsodium inih jansson libsystemd libwebsockets avahi-client $(LIB_LIBS)
GOSSIPD_MISSING := $(shell for lib in $(GOSSIPD_LIBS); do pkg-config --exists $$lib || echo $$lib; done)
GOSSIPD_SRC := $(wildcard gossipd/core/*.c gossipd/daemon/*.c)
GOSSIPD_OBJ := $(GOSSIPD_SRC:gossipd/%.c=$(BUILD)/gossip/%.o)
GOSSIPD_MAN := gossipd/man/gossipd.8
GOSSIPD_CONF_MAN := gossipd/man/gossipd.conf.5
GOSSIPD_UNIT := gossipd/gossipd.service
GOSSIPD_PLUGINS := $(wildcard gossipd/plugins/*.sh)
GOSSIPD_PLUGIN_DIR = $(DESTDIR)$(PREFIX)/lib/gossipd/plugins
# The plug-in for InfiniBand is a file of its own, so that the daemon runs without what it needs. Files
# of the core and the daemon that it shares are built once more, for a library.
GOSSIPD_IB_LIBS := libibverbs librdmacm
GOSSIPD_IB_MISSING := $(shell for lib in $(GOSSIPD_IB_LIBS); do pkg-config --exists $$lib || echo $$lib; done)
GOSSIPD_IB := $(if $(GOSSIPD_MISSING)$(GOSSIPD_IB_MISSING),,$(BUILD)/gossipd-ib.so)
GOSSIPD_IB_SRC := $(wildcard gossipd/ib/*.c gossipd/core/rails*.c gossipd/daemon/hca_*.c \
	gossipd/core/hca_*.c)
GOSSIPD_IB_OBJ := $(GOSSIPD_IB_SRC:gossipd/%.c=$(BUILD)/gossip-ib/%.o)
GOSSIPD_IB_DIR = $(PREFIX)/lib/gossipd
CONF_MAN_DIR = $(DESTDIR)$(PREFIX)/share/man/man5
UNIT_DIR = $(DESTDIR)$(PREFIX)/lib/systemd/system

# No fused operations: the core does the same on every machine. Lines for people may be cut short.
GOSSIPD_CFLAGS = -std=gnu11 -Wall -Wextra -Wno-sign-compare -Wno-format-truncation -Werror \
	-D_GNU_SOURCE -ffp-contract=off \
	-Iuapi -Itools/libmaxwell -Igossipd/core -Igossipd/daemon -DMAXWELL_VERSION='"$(VERSION)"' \
	-DGOSSIPD_LINK_PLUGIN='"$(GOSSIPD_IB_DIR)/gossipd-ib.so"' \
	$(shell pkg-config --cflags $(GOSSIPD_LIBS))

.PHONY: gossipd
ifeq ($(GOSSIPD_MISSING),)
tools: gossipd
gossipd: $(BUILD)/gossipd ## the daemon of the thermal gossip
else
tools: gossipd-left-out
gossipd:
	@echo 'build: gossipd needs $(GOSSIPD_MISSING): install libuv1-dev libsodium-dev libinih-dev' \
		'libjansson-dev libsystemd-dev libnl-genl-3-dev libwebsockets-dev' \
		'libwebsockets-evlib-uv libavahi-client-dev' >&2
	@exit 1

.PHONY: gossipd-left-out
gossipd-left-out:
	@echo 'build: gossipd is left out: $(GOSSIPD_MISSING) not found' >&2
endif

ifneq ($(GOSSIPD_IB),)
gossipd: $(GOSSIPD_IB)
else
gossipd: gossipd-ib-left-out

.PHONY: gossipd-ib-left-out
gossipd-ib-left-out:
	@echo 'build: InfiniBand is left out: $(GOSSIPD_IB_MISSING) not found: install' \
		'libibverbs-dev librdmacm-dev' >&2
endif

$(BUILD)/gossip/%.o: gossipd/%.c META
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(GOSSIPD_CFLAGS) -MMD -MP -c $< -o $@

# Where the plug-in will be is written into the daemon: "make", and then an installation with another
# PREFIX, is to find it as well.
.PHONY: gossipd-prefix
gossipd-prefix:
$(BUILD)/gossip/prefix: gossipd-prefix
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(PREFIX)' | cmp --quiet - $@ || echo '$(PREFIX)' > $@

$(BUILD)/gossip/daemon/link.o: $(BUILD)/gossip/prefix

$(BUILD)/gossipd: $(GOSSIPD_OBJ) $(BUILD)/libmaxwell.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $(GOSSIPD_OBJ) $(BUILD)/libmaxwell.a \
		$(shell pkg-config --libs $(GOSSIPD_LIBS)) -lm -lpthread

$(BUILD)/gossip-ib/%.o: gossipd/%.c META
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(GOSSIPD_CFLAGS) -Igossipd/ib -fPIC -fvisibility=hidden -MMD -MP -c $< -o $@

$(BUILD)/gossipd-ib.so: $(GOSSIPD_IB_OBJ)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-z,defs -Wl,--as-needed -o $@ $(GOSSIPD_IB_OBJ) \
		$(shell pkg-config --libs $(GOSSIPD_IB_LIBS) libuv) -lm

-include $(GOSSIPD_OBJ:.o=.d) $(GOSSIPD_IB_OBJ:.o=.d)

# --- tests and bench: real daemons in namespaces of the build root ---

NET := tests/userspace/gossip/net

.PHONY: test-gossip bench-gossip in-root-gossip in-root-bench-gossip
.PHONY: test-gossip-threads in-root-gossip-threads
test-gossip: ## real gossipds in network namespaces (T=PATTERN: these cases, SLOW=1: stalls of 30 s)
	$(Q)scripts/test.sh gossip

bench-gossip: ## gossipd and serf in network namespaces, and the scheduler in a guest: build/bench/gossip.json
	$(Q)$(MAKE_IN_ROOT) in-root-bench-gossip
	$(Q)$(MAKE_IN_ROOT) in-root-guest
	$(Q)$(INROOT) env CRISES='$(CRISES)' python3 -B tests/vm/loop/bench_reserve.py build/bench/gossip.json

test-gossip-threads: ## unit tests and namespaces under the thread sanitizer
	$(Q)$(MAKE_IN_ROOT) in-root-gossip-threads

.PHONY: test-gossip-seeds in-root-gossip-seeds
SEEDS_UNIT := $(or $(SEEDS),20)
test-gossip-seeds: ## gossipd's unit tests by other random numbers: SEEDS=20 of them, from FIRST=2
	$(Q)$(MAKE_IN_ROOT) in-root-gossip-seeds

in-root-gossip-seeds:
	$(Q)$(UNIT_GOSSIP) all
	$(Q)bad=0; first=$(or $(FIRST),2); \
	for seed in $$(seq $$first $$((first + $(SEEDS_UNIT) - 1))); do \
		$(UNIT_GOSSIP) check SEED=$$seed T='$(T)' > build/tests/gossip/seed.log && continue; \
		bad=$$((bad + 1)); grep --extended-regexp '^ *not ok|test_.*:|replay' build/tests/gossip/seed.log; \
	done; echo "$(SEEDS_UNIT) seeds, $$bad with a failure"; [ $$bad = 0 ]

in-root-gossip: $(BUILD)/gossipd $(BUILD)/maxctl
	$(Q)python3 -B $(NET)/test_net.py $(BUILD)/gossipd '$(T)'
	$(if $(T),,$(Q)python3 -B tests/userspace/gossip/ib/test_sm.py)

# With the addresses of one run like those of the next, as the sanitizer has too few places for more.
TSAN := -fsanitize=thread -fno-omit-frame-pointer -g
TSAN_LOG := /tmp/thread-report
# It would sleep for a second at each end.
TSAN_OPTIONS := suppressions=$(CURDIR)/tests/userspace/gossip/threads.supp atexit_sleep_ms=0
TSAN_RUN := setarch --addr-no-randomize

$(BUILD)/threads/gossipd: $(GOSSIPD_SRC) $(wildcard gossipd/*/*.h) $(BUILD)/libmaxwell.a META
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O1 $(TSAN) $(GOSSIPD_CFLAGS) -o $@ $(GOSSIPD_SRC) $(BUILD)/libmaxwell.a \
		$(shell pkg-config --libs $(GOSSIPD_LIBS)) -lm -lpthread

in-root-gossip-threads: $(BUILD)/threads/gossipd $(BUILD)/maxctl
	$(Q)TSAN_OPTIONS='$(TSAN_OPTIONS)' $(TSAN_RUN) $(MAKE) --no-print-directory -C tests/userspace/gossip check \
		OUT=$(CURDIR)/build/tests/gossip-threads SANITIZE='$(TSAN)' T='$(T)' SEED='$(SEED)'
	$(Q)ln -sf ../maxctl $(BUILD)/threads/maxctl
	$(Q)TSAN_OPTIONS='$(TSAN_OPTIONS) log_path=$(TSAN_LOG)' $(TSAN_RUN) python3 -B $(NET)/test_net.py $(BUILD)/threads/gossipd '$(T)'
	$(Q)if ls $(TSAN_LOG).* > /dev/null 2>&1; then cat $(TSAN_LOG).* >&2; exit 1; fi

in-root-bench-gossip: $(BUILD)/gossipd
	$(Q)mkdir -p build/bench
	$(Q)python3 -B $(NET)/bench_net.py $(BUILD)/gossipd build/bench/gossip.json

# --- install ---

.PHONY: install-gossipd uninstall-gossipd
install-gossipd: gossipd ## install the daemon, its unit, its manuals and plug-ins (as root)
	$(say) INSTALL $(DESTDIR)$(PREFIX)/sbin/gossipd
	$(Q)install -D $(BUILD)/gossipd $(DESTDIR)$(PREFIX)/sbin/gossipd
	$(Q)$(if $(GOSSIPD_IB),install -D --mode=644 --target-directory=$(DESTDIR)$(GOSSIPD_IB_DIR) $(GOSSIPD_IB))
	$(Q)install -D --mode=644 $(GOSSIPD_MAN) $(MAN_DIR)/gossipd.8
	$(Q)install -D --mode=644 $(GOSSIPD_CONF_MAN) $(CONF_MAN_DIR)/gossipd.conf.5
	$(Q)install -D --target-directory=$(GOSSIPD_PLUGIN_DIR) $(GOSSIPD_PLUGINS)
	$(Q)mkdir -p $(UNIT_DIR)
	$(Q)sed 's|@prefix@|$(PREFIX)|' $(GOSSIPD_UNIT) > $(UNIT_DIR)/gossipd.service
	$(Q)chmod 644 $(UNIT_DIR)/gossipd.service

uninstall: uninstall-gossipd
uninstall-gossipd:
	$(Q)rm -f $(DESTDIR)$(PREFIX)/sbin/gossipd $(MAN_DIR)/gossipd.8 $(CONF_MAN_DIR)/gossipd.conf.5 \
		$(UNIT_DIR)/gossipd.service
	$(Q)rm -rf $(DESTDIR)$(PREFIX)/lib/gossipd

ifeq ($(GOSSIPD_MISSING),)
install-tools: install-gossipd
endif
