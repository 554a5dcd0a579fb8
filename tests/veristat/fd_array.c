// SPDX-License-Identifier: GPL-2.0
/*
 * Linked into veristat: with libbpf of Linux 7.2 it cannot load a program that calls functions of
 * a module. It hands over the module's BTF as the second entry of an array whose first one is left
 * free, together with the length of the array; with a length the kernel wants all of it to be in
 * use ("fd 0 is not pointing to valid bpf_map or btf"). Without one it takes what is referred to.
 */
#include <linux/bpf.h>
#include <stdint.h>
#include <sys/syscall.h>

/* All that libbpf asks of bpf(2) goes through here. */
long __real_syscall(long nr, long a, long b, long c, long d, long e, long f);

long __wrap_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	union bpf_attr *attr = (union bpf_attr *)b;

	if (nr == SYS_bpf && a == BPF_PROG_LOAD && attr->fd_array &&
	    !*(const int *)(uintptr_t)attr->fd_array)
		attr->fd_array_cnt = 0;
	return __real_syscall(nr, a, b, c, d, e, f);
}
