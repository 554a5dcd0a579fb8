# SPDX-License-Identifier: GPL-2.0
#
# Tests that others wrote, run against Maxwell, and the soak test: Documentation/testing/outside.md
# and soak.md.

MINUTES ?= 5
CPUS ?= 2
# Of the guest's clock, see tests/vm/qemu.py: attaching has the kernel patch its own code under
# load, which parallel CPUs of QEMU now and then execute half patched.
CLOCK ?= turns

.PHONY: soak
soak: ## everything at once with --all, with invariants checked (MINUTES=5, SEED=N, CPUS=2)
	$(Q)$(MAKE_IN_ROOT) in-root-guest
	$(Q)$(INROOT) $(VM) exec --name soak --clock $(CLOCK) --cpus $(CPUS) \
		--timeout $$(($(MINUTES) * 60 + 1800)) \
		--command 'python3 -B tests/soak/soak.py --minutes $(MINUTES) --seed $(or $(SEED),$$RANDOM)'

# --- the kernel's own selftests, and veristat, from the build root's source ---

LINUX_TOOLS := /usr/src/maxwell-linux/tools
OUTSIDE := $(CURDIR)/$(BUILD)/selftests
LIBBPF_OUT := $(OUTSIDE)/build/obj/libbpf
HELPER_DEFS := $(LIBBPF_OUT)/bpf_helper_defs.h
OUTSIDE_TOOLS = CC=$(CC) HOSTCC=$(CC) CLANG=$(CLANG) VMLINUX_BTF=$(KDIR)/vmlinux \
	BPFTOOL=$(shell command -v $(BPFTOOL))

# The list of BPF helpers, which the source makes with a script that is not in the root, is closed:
# libbpf's of the distribution is the same, or this fails.
$(HELPER_DEFS): /usr/include/bpf/bpf_helper_defs.h
	$(Q)mkdir -p $(@D)
	$(Q)wanted=$$(grep -o 'FN([a-z0-9_]*, [0-9][0-9]*' $(LINUX_TOOLS)/include/uapi/linux/bpf.h | \
		sed -n '$$s/.* //p') && \
	grep -q "(void \*) $$wanted;" $< || \
		{ echo "outside: $< ends before the helper number $$wanted of this kernel" >&2; exit 1; }
	$(Q)cp $< $@

$(LIBBPF_OUT)/libbpf.a: $(HELPER_DEFS)
	$(say) LIBBPF $@
	$(Q)$(MAKE) --silent -C $(LINUX_TOOLS)/lib/bpf OUTPUT=$(LIBBPF_OUT)/ CC=$(CC) \
		EXTRA_CFLAGS='-g -O0 -fPIC' DESTDIR=$(OUTSIDE)/build prefix= \
		$@ install_headers > $(OUTSIDE)/libbpf.log

$(OUTSIDE)/veristat: $(LINUX_TOOLS)/testing/selftests/bpf/veristat.c tests/veristat/fd_array.c \
		$(LIBBPF_OUT)/libbpf.a
	$(say) CC $@
	$(Q)$(CC) -O2 -I$(OUTSIDE)/build/include -I$(LINUX_TOOLS)/lib -I$(LINUX_TOOLS)/include \
		-I$(LINUX_TOOLS)/include/uapi -Wl,--wrap=syscall $^ \
		-lelf -lz -lzstd -lm -o $@

$(OUTSIDE)/runner: $(LIBBPF_OUT)/libbpf.a
	$(say) MAKE $@
	$(Q)$(MAKE) --silent -C $(LINUX_TOOLS)/testing/selftests/sched_ext $(OUTSIDE_TOOLS) \
		OUTPUT=$(OUTSIDE) > $(OUTSIDE)/runner.log

# The debug kernel's verifier has figures of its own, and its source is not in the root.
.PHONY: outside-progs
outside-progs: $(OUTSIDE)/veristat $(OUTSIDE)/runner

ifndef MAXWELL_DEBUG
in-root-guest-cases: $(OUTSIDE)/veristat
endif

.PHONY: test-outside veristat
test-outside: ## loads and tests that others wrote, with the class attached: half an hour
	$(Q)$(MAKE_IN_ROOT) outside-progs
	$(Q)T='85-* 86-* 87-* 88-*' scripts/test.sh guest

veristat: ## record the verifier's figures for the BPF glue anew: tests/veristat/SERIES.csv
	$(Q)$(MAKE_IN_ROOT) outside-progs in-root-guest
	$(Q)mkdir -p build/test/veristat
	$(Q)set -o pipefail; $(INROOT) $(VM) exec --name veristat \
		--command 'bash tests/veristat/measure.sh' | tee build/test/veristat/table
	$(Q)sed -n 's/^csv: //p' build/test/veristat/table > \
		tests/veristat/$$(sed -n 's/^series: //p' build/test/veristat/table).csv
