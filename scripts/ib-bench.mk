# SPDX-License-Identifier: GPL-2.0
#
# What the guest's tests of InfiniBand want besides gossipd, and the bench. Without the libraries'
# headers there are no such tests.

IB_LIBS := librdmacm libibverbs
BEACONS_SRC := $(wildcard tests/vm/ib/*.c)
RAILPEER_SRC := tests/vm/ib/rails/railpeer.c

ifeq ($(shell pkg-config --exists $(IB_LIBS) && echo yes),yes)
$(BUILD)/vm/beacons: $(BEACONS_SRC) $(wildcard tests/vm/ib/*.h)
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O2 -g -std=gnu11 -Wall -Wextra -Wno-sign-compare -Werror -D_GNU_SOURCE -o $@ $(BEACONS_SRC) \
		$(shell pkg-config --cflags --libs $(IB_LIBS))

guest-progs: $(BUILD)/vm/beacons
endif

# Only what is built with the plug-in can drive it.
ifneq ($(GOSSIPD_IB),)
$(BUILD)/vm/railpeer: $(RAILPEER_SRC) gossipd/daemon/link_names.c gossipd/daemon/link.h
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O2 -g $(GOSSIPD_CFLAGS) -o $@ $(filter %.c,$^) $(shell pkg-config --libs libuv)

guest-progs: $(BUILD)/vm/railpeer
endif

.PHONY: bench-infiniband
bench-infiniband: ## beacons over InfiniBand and UDP, in a guest: build/bench/infiniband.json
	$(Q)$(MAKE_IN_ROOT) in-root-guest
	$(Q)mkdir -p build/bench
	$(Q)$(INROOT) python3 -B tests/vm/ib/show.py build/bench/infiniband.json
