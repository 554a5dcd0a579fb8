/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the GPUs' heat does to the price of CPUs: the tables, and their files in sysfs.
 *
 * MX_COUPLINGS(X) expands X(name, (permille, ...), doc) for each book in the order of enum
 * mx_book_id, for coupling.c and for the document of the files.
 */
#ifndef MAXWELL_COUPLING_H
#define MAXWELL_COUPLING_H

#include "price.h"

#define MX_COUPLING_IDENTITY                                                                       \
	1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000, 512000, 1024000, 2048000,     \
	4096000, 8192000, 16384000, 32768000
#define MX_COUPLING_NONE                                                                           \
	1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000,  \
	1000

#define MX_COUPLINGS(X)                                                                            \
	X(gpu_coupling_general, (MX_COUPLING_IDENTITY),                                            \
	  "What the gpu multiplier does to the CPU price of general work: the price's multiplier " \
	  "where the gpu multiplier is 1, 2, 4, ... 32768. By default they are the same.")         \
	X(gpu_coupling_feeder, (MX_COUPLING_NONE),                                                 \
	  "As gpu_coupling_general, for work that feeds a GPU. By default its price does not "     \
	  "follow the gpu multiplier.")

#ifdef __KERNEL__

#include <linux/sysfs.h>

#include "runqueue.h"

/* pricing.c */
void mx_pricing_update(void);

/* coupling.c */
void mx_couplings_get(struct mx_coupling coupling[MX_BOOKS]);
int mx_couplings_init(void);
extern const struct attribute_group mx_coupling_group;

#endif /* __KERNEL__ */

#endif /* MAXWELL_COUPLING_H */
