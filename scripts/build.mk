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

# --- BPF glue ---

BPF_SRC := tools/maxctl/maxwell.bpf.c kernel/glue.h

$(BUILD)/vmlinux.h:
	$(Q)scripts/preflight.sh tools $(KDIR)
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

TOOL_SRC := $(wildcard tools/libmaxwell/*.c tools/maxctl/*.c)
TOOL_SRC := $(filter-out %.bpf.c,$(TOOL_SRC))
LIB_OBJ := $(patsubst tools/%.c,$(BUILD)/tools/%.o,$(filter tools/libmaxwell/%,$(TOOL_SRC)))
MAXCTL_OBJ := $(patsubst tools/%.c,$(BUILD)/tools/%.o,$(filter tools/maxctl/%,$(TOOL_SRC)))
TOOL_LIBS := libnl-genl-3.0 libbpf jansson

CFLAGS ?= -O2 -g
TOOL_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -Iuapi -Itools/libmaxwell -Ikernel \
	-I$(BUILD) -DMAXWELL_VERSION='"$(VERSION)"' -DMAXWELL_KERNEL_MIN='"$(KERNEL_MIN)"' \
	$(shell pkg-config --cflags $(TOOL_LIBS))

.PHONY: tools
tools: $(BUILD)/maxctl ## maxctl and its library

$(BUILD)/tools/%.o: tools/%.c META | $(BUILD)/maxwell.skel.h
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(TOOL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/tools/maxctl/attach.o: $(BUILD)/maxwell.skel.h

$(BUILD)/libmaxwell.a: $(LIB_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $(LIB_OBJ)

$(BUILD)/maxctl: $(MAXCTL_OBJ) $(BUILD)/libmaxwell.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(MAXCTL_OBJ) $(BUILD)/libmaxwell.a \
		$(shell pkg-config --libs $(TOOL_LIBS))

-include $(MAXCTL_OBJ:.o=.d) $(LIB_OBJ:.o=.d)

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
