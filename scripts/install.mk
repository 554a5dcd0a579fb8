# SPDX-License-Identifier: GPL-2.0
#
# Putting things where the system finds them, and taking them away again.

DKMS_NAME := sched-maxwell
DKMS_DIR := $(DESTDIR)/usr/src/$(DKMS_NAME)-$(VERSION)
# All that it takes to build the module, nothing else.
DKMS_FILES := dkms.conf META Kbuild Makefile $(wildcard COPYING kernel/*.[ch] uapi/linux/*.h) \
	$(wildcard scripts/*.mk) scripts/preflight.sh scripts/check-btf.sh
MODULE_DIR := $(DESTDIR)/lib/modules/$(KVER)/updates
MAN_DIR := $(DESTDIR)$(PREFIX)/share/man/man8
COMPLETION_DIR := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
# Distributions have names of their own for this, such as lib64 or lib/x86_64-linux-gnu.
LIBDIR ?= $(PREFIX)/lib
LIB_DIR := $(DESTDIR)$(LIBDIR)
PC_DIR := $(LIB_DIR)/pkgconfig
INCLUDE_DIR := $(DESTDIR)$(PREFIX)/include/maxwell
LIB_HEADERS := $(addprefix tools/libmaxwell/,libmaxwell.h maxwell_market.h maxwell_objects.h \
	maxwell_types.h)

# Module dependencies, and what the linker knows, are worked out on the machine that has them; a
# package does it on install.
depmod = $(if $(DESTDIR),,depmod $(KVER))
ldconfig = $(if $(DESTDIR),,ldconfig)

.PHONY: install install-tools install-dev uninstall dkms-source dkms-install dkms-remove
install: module install-tools install-dev ## install module, maxctl, library, manual (as root)
	$(say) INSTALL $(MODULE_DIR)/sched_maxwell.ko
	$(Q)install -D --mode=644 $(BUILD)/sched_maxwell.ko $(MODULE_DIR)/sched_maxwell.ko
	$(Q)strip --strip-debug $(MODULE_DIR)/sched_maxwell.ko
	$(Q)$(depmod)

install-tools: tools ## install maxctl, manual and completion only (beside a module from DKMS)
	$(say) INSTALL $(DESTDIR)$(PREFIX)/sbin/maxctl
	$(Q)install -D $(BUILD)/maxctl $(DESTDIR)$(PREFIX)/sbin/maxctl
	$(Q)install -D --mode=644 tools/maxctl/man/maxctl.8 $(MAN_DIR)/maxctl.8
	$(Q)install -D --mode=644 tools/maxctl/completion/maxctl.bash $(COMPLETION_DIR)/maxctl

# The kernel interface's headers go beside the library's, so that they never clash with those of a
# kernel package.
install-dev: lib ## install libmaxwell, its headers and its pkg-config file only
	$(say) INSTALL $(LIB_DIR)/libmaxwell.so.0
	$(Q)install -D --mode=644 $(BUILD)/libmaxwell.so.0 $(LIB_DIR)/libmaxwell.so.0
	$(Q)ln -sf libmaxwell.so.0 $(LIB_DIR)/libmaxwell.so
	$(Q)install -D --mode=644 $(BUILD)/libmaxwell.a $(LIB_DIR)/libmaxwell.a
	$(Q)install -D --mode=644 --target-directory=$(INCLUDE_DIR) $(LIB_HEADERS)
	$(Q)install -D --mode=644 --target-directory=$(INCLUDE_DIR)/linux uapi/linux/maxwell.h \
		uapi/linux/maxwell_dev.h
	$(Q)mkdir -p $(PC_DIR)
	$(Q)sed 's|@prefix@|$(PREFIX)|; s|@libdir@|$(LIBDIR)|; s|@version@|$(VERSION)|' \
		tools/libmaxwell/libmaxwell.pc.in > $(PC_DIR)/libmaxwell.pc
	$(Q)chmod 644 $(PC_DIR)/libmaxwell.pc
	$(Q)$(ldconfig)

uninstall: ## remove what install put there
	$(Q)rm -f $(MODULE_DIR)/sched_maxwell.ko $(DESTDIR)$(PREFIX)/sbin/maxctl \
		$(MAN_DIR)/maxctl.8 $(COMPLETION_DIR)/maxctl $(PC_DIR)/libmaxwell.pc \
		$(addprefix $(LIB_DIR)/libmaxwell,.a .so .so.0)
	$(Q)rm -rf $(INCLUDE_DIR)
	$(Q)$(ldconfig)
	$(Q)$(depmod)

dkms-source: ## put the module's source where DKMS looks for it
	$(say) INSTALL $(DKMS_DIR)
	$(Q)rm -rf $(DKMS_DIR)
	$(Q)for file in $(DKMS_FILES); do install -D --mode=644 $$file $(DKMS_DIR)/$$file; done
	$(Q)chmod +x $(DKMS_DIR)/scripts/*.sh

# DKMS would refuse as well, but only say that something does not match.
.PHONY: dkms-kernel
dkms-kernel:
	$(Q)scripts/preflight.sh kernel $(KVER)

dkms-install: dkms-kernel dkms-source ## let DKMS build and install the module, now and for kernels to come
	$(Q)command -v dkms > /dev/null || \
		{ echo "build: 'dkms' is missing: install the package dkms" >&2; exit 1; }
	$(Q)dkms status -m $(DKMS_NAME) -v $(VERSION) | grep --quiet . || \
		dkms add -m $(DKMS_NAME) -v $(VERSION)
	$(Q)dkms install -m $(DKMS_NAME) -v $(VERSION) -k $(KVER)

dkms-remove: ## remove the module from DKMS and its source
	$(Q)dkms remove -m $(DKMS_NAME) -v $(VERSION) --all
	$(Q)rm -rf $(DKMS_DIR)
