# SPDX-License-Identifier: GPL-2.0
#
# Module, BPF glue and tools, all into build/KVER.

# --- module ---

MODULE_SRC := Kbuild META $(wildcard kernel/*.[ch] uapi/linux/*.h)
W ?=

.PHONY: module
module: $(BUILD)/sched_maxwell.ko ## the kernel module

# Everything that kbuild wants on its command line; see Kbuild for the last one.
kbuild = $(MAKE) -C $(KDIR) $(if $(filter 1,$(V)),V=1,-s) --no-print-directory \
	M=$(CURDIR) MO=$(CURDIR)/$(1) CFLAGS_sched_maxwell.mod.o=-g0 $(if $(W),W=$(W))

$(BUILD)/sched_maxwell.ko: $(MODULE_SRC) scripts/check-btf.sh
	$(Q)scripts/preflight.sh module $(KDIR) $(KVER)
	$(say) MODULE $@
	+$(Q)mkdir -p $(BUILD) && flock $(BUILD)/module.lock $(call kbuild,$(BUILD)) modules
	$(Q)scripts/check-btf.sh $@ $(KDIR)/vmlinux
	$(Q)touch $@

# --- KUnit suites: for a kernel that has KUnit ---

KUNIT_SRC := $(MODULE_SRC) $(wildcard tests/kunit/*.[ch])

.PHONY: kunit-module
kunit-module: $(BUILD)/kunit/maxwell_kunit.ko

$(BUILD)/kunit/maxwell_kunit.ko: $(KUNIT_SRC)
	$(say) MODULE $@
	+$(Q)mkdir -p $(@D) && flock $(BUILD)/module.lock \
		$(call kbuild,$(BUILD)/kunit) MAXWELL_KUNIT=1 modules
	$(Q)touch $@

# --- BPF glue ---

BPF_SRC := tools/maxctl/maxwell.bpf.c kernel/glue.h

$(BUILD)/vmlinux.h:
	$(Q)scripts/preflight.sh tools $(KDIR) $(KVER)
	$(say) BTF $@
	$(Q)mkdir -p $(BUILD)
	$(Q)$(BPFTOOL) btf dump file $(firstword $(wildcard $(KDIR)/vmlinux) /sys/kernel/btf/vmlinux) \
		format c > $@

$(BUILD)/maxwell.bpf.o: $(BPF_SRC) $(BUILD)/vmlinux.h
	$(say) BPF $@
	$(Q)$(CLANG) -O2 -g -Wall -Werror -target bpf -mcpu=v3 -I$(BUILD) -Ikernel \
		-fms-extensions -Wno-microsoft-anon-tag -c $< -o $@

$(BUILD)/maxwell.skel.h: $(BUILD)/maxwell.bpf.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name maxwell_bpf > $@

# --- tools ---

LIB_OBJ := $(patsubst tools/%.c,$(BUILD)/tools/%.o,$(wildcard tools/libmaxwell/*.c))
MAXCTL_SRC := $(filter-out %.bpf.c,$(wildcard tools/maxctl/*.c))
MAXCTL_OBJ := $(MAXCTL_SRC:tools/%.c=$(BUILD)/tools/%.o)
LIB_LIBS := libnl-genl-3.0
TOOL_LIBS := $(LIB_LIBS) libbpf jansson

CFLAGS ?= -O2 -g
LIB_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -Iuapi -Itools/libmaxwell \
	$(shell pkg-config --cflags $(LIB_LIBS))
TOOL_CFLAGS = $(LIB_CFLAGS) -Ikernel -I$(BUILD) -DMAXWELL_VERSION='"$(VERSION)"' \
	-DMAXWELL_KERNEL_MIN='"$(KERNEL_MIN)"' \
	-DMAXWELL_KERNEL_TESTED_MAX='"$(KERNEL_TESTED_MAX)"' $(shell pkg-config --cflags $(TOOL_LIBS))

.PHONY: tools lib
tools: $(BUILD)/maxctl $(BUILD)/agent lib ## maxctl, its library and the example agent
lib: $(BUILD)/libmaxwell.a $(BUILD)/libmaxwell.so.0 ## the library alone, static and shared

$(BUILD)/tools/maxctl/%.o: tools/maxctl/%.c META | $(BUILD)/maxwell.skel.h
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(TOOL_CFLAGS) -MMD -MP -c $< -o $@

# One set of objects for both libraries.
$(BUILD)/tools/libmaxwell/%.o: tools/libmaxwell/%.c META
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LIB_CFLAGS) -fPIC -MMD -MP -c $< -o $@

$(BUILD)/tools/maxctl/attach.o: $(BUILD)/maxwell.skel.h

$(BUILD)/libmaxwell.a: $(LIB_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $(LIB_OBJ)

# The map says what is exported, and under which version.
$(BUILD)/libmaxwell.so.0: $(LIB_OBJ) tools/libmaxwell/libmaxwell.map
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,-z,defs \
		-Wl,--version-script=tools/libmaxwell/libmaxwell.map -o $@ $(LIB_OBJ) \
		$(shell pkg-config --libs $(LIB_LIBS))

$(BUILD)/maxctl: $(MAXCTL_OBJ) $(BUILD)/libmaxwell.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(MAXCTL_OBJ) $(BUILD)/libmaxwell.a \
		$(shell pkg-config --libs $(TOOL_LIBS))

AGENT_OBJ := $(BUILD)/tools/libmaxwell/examples/agent.o

$(BUILD)/agent: $(AGENT_OBJ) $(BUILD)/libmaxwell.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(LIB_LIBS))

-include $(MAXCTL_OBJ:.o=.d) $(LIB_OBJ:.o=.d) $(AGENT_OBJ:.o=.d)

# --- helpers for the guest: static, so that they run anywhere ---

GUEST_PROGS := $(patsubst tests/vm/load/%.c,$(BUILD)/vm/%,$(wildcard tests/vm/load/*.c))

$(BUILD)/vm/%: tests/vm/load/%.c $(wildcard tests/vm/load/*.h)
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O2 -g -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -static -pthread -Iuapi \
		-o $@ $<

$(BUILD)/vm/init: tests/vm/init.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O2 -g -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -static -o $@ $<

.PHONY: guest-progs
guest-progs: $(BUILD)/vm/init $(GUEST_PROGS)
