// SPDX-License-Identifier: GPL-2.0
/*
 * prices CPU: what the price page has of a CPU, on one line: the reserves of the general and of the
 * feeder book, and the multipliers local, external and gpu in permille.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/maxwell_dev.h>

static const void *map(int fd, size_t bytes)
{
	const void *page = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, MAXWELL_MAP_PRICES);

	if (page == MAP_FAILED)
		err(1, "mmap");
	return page;
}

static void read_entry(const struct maxwell_cpu_prices *entry, struct maxwell_cpu_prices *out)
{
	__u32 seq;

	do {
		seq = __atomic_load_n(&entry->seq, __ATOMIC_ACQUIRE);
		memcpy(out, entry, sizeof(*out));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (seq & 1 || __atomic_load_n(&entry->seq, __ATOMIC_RELAXED) != seq);
}

static unsigned int permille(__u32 multiplier)
{
	return (unsigned int)(((unsigned long long)multiplier * 1000 + 32768) >> 16);
}

int main(int argc, char **argv)
{
	int fd = open(MAXWELL_DEVICE, O_RDWR | O_CLOEXEC), cpu;
	const struct maxwell_prices *page;
	struct maxwell_cpu_prices prices;

	if (argc != 2)
		errx(1, "usage: prices CPU");
	if (fd < 0)
		err(1, MAXWELL_DEVICE);
	page = map(fd, sysconf(_SC_PAGESIZE));
	page = map(fd, page->total_bytes);
	cpu = atoi(argv[1]);
	if (cpu < 0 || cpu >= (int)page->nr_cpus)
		errx(1, "there is no CPU %s: there are %u", argv[1], page->nr_cpus);
	read_entry((const void *)((const char *)page + page->cpus_offset +
				  (size_t)cpu * page->entry_bytes), &prices);
	printf("%u %u %u %u %u\n", prices.reserve_general, prices.reserve_feeder,
	       permille(prices.local), permille(prices.external), permille(prices.gpu));
	return 0;
}
