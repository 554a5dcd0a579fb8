/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included ahead of everything else (see Kbuild), so that the per-CPU accessors do without the
 * __seg_gs address space. GCC's DWARF holds "unsigned int *" twice with it, the BTF deduplication
 * of libbpf 1.5 (in pahole 1.30) then gives up, and the module gets a private copy of task_struct
 * that the BPF verifier refuses. Not needed once the kernel build's pahole has libbpf 1.6.
 */
#include <linux/kconfig.h>
#undef CONFIG_USE_X86_SEG_SUPPORT
