# SPDX-License-Identifier: GPL-2.0
#
# The matrix of stock kernels: each flavour of the oldest supported series and of the newest tested
# one, but for the one that the build root has and every other target runs on.

KERNEL_FLAVOURS := amd64 cloud rt
KERNELS ?= $(filter-out $(KERNEL_MIN)-amd64,$(foreach series, \
	$(sort $(KERNEL_MIN) $(KERNEL_TESTED_MAX)),$(addprefix $(series)-,$(KERNEL_FLAVOURS))))
export KERNELS
# Those of the short form in "make test": the one that differs most, and the newest.
KERNELS_SHORT := $(KERNEL_MIN)-rt $(KERNEL_TESTED_MAX)-amd64

.PHONY: test-kernels test-kernels-short
test-kernels: ## guest cases on each stock kernel, others are refused (T=PATTERN, KERNELS=)
	$(Q)scripts/test.sh kernels

test-kernels-short: ## the same with a handful of cases, in one boot of each kernel
	$(Q)scripts/test.sh kernels-short
