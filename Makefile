# SPDX-License-Identifier: GPL-2.0
#
# People's targets; what the kernel's build system reads is in Kbuild. "make help" lists them.
#
# Plain "make" builds for the running kernel with what the host has. The targets that test run
# themselves in a build root of their own (scripts/inroot.sh) and leave the host's kernel alone.

MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

VERSION := $(shell sed -n 's/^VERSION=//p' META)
KERNEL_MIN := $(shell sed -n 's/^KERNEL_MIN=//p' META)
KERNEL_TESTED_MAX := $(shell sed -n 's/^KERNEL_TESTED_MAX=//p' META)

# DKMS passes KERNELRELEASE, the build root the version of the kernel in it.
KVER ?= $(or $(KERNELRELEASE),$(MAXWELL_KERNEL),$(shell uname -r))
KDIR ?= /lib/modules/$(KVER)/build
BUILD := build/$(KVER)

# Distributions differ in whether the name carries the version.
find-tool = $(firstword $(foreach t,$(1),$(shell command -v $(t))) $(firstword $(1)))
ifeq ($(origin CC),default)
CC := $(call find-tool,gcc gcc-14 cc)
endif
CLANG ?= $(call find-tool,clang clang-19)
BPFTOOL ?= $(call find-tool,bpftool)

DESTDIR ?=
PREFIX ?= /usr/local

ifeq ($(V),1)
Q :=
say := @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

INROOT := scripts/inroot.sh
MAKE_IN_ROOT := $(INROOT) make --no-print-directory

.PHONY: all
all: module tools ## build module and tools for the running kernel (or KVER=, KDIR=)

include $(sort $(wildcard scripts/*.mk))

.PHONY: clean clean-cache help
clean: ## remove everything that was built here
	$(Q)rm -rf build

clean-cache: ## list and remove the build roots, guest images and kernels in the cache
	$(Q)scripts/buildroot.sh clean
	$(Q)scripts/stock-kernel.sh clean

help: ## list all targets
	@echo 'Maxwell $(VERSION). Targets:'
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | \
		awk -F '\t' '{ printf "  %-16s %s\n", $$1, $$2 }'
	@echo 'Variables: V=1 (show commands), T=PATTERN (guest cases to run), KEEP=1 (keep the logs of'
	@echo '  every boot), SEED=N, KVER=, KDIR=, DESTDIR=, PREFIX=,'
	@echo '  MAXWELL_CACHE=DIR (build root), MAXWELL_MIRROR=URL (Debian archive), KSERIES=7.2'
