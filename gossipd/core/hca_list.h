/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which ports of host channel adapters are rails, as people write it: the syntax of NCCL_IB_HCA, so
 * that a site says it once and for all.
 *
 *	[^][=]NAME[:PORT[:RAIL[:PLANE]]][,...]
 *
 * A name stands for all that begin with it, after "=" for itself alone: mlx5_1 is also mlx5_10.
 * After "^" all others are taken. Nothing at all takes everything.
 */
#ifndef GOSSIP_HCA_LIST_H
#define GOSSIP_HCA_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HCA_LIST_MAX 32
/* The kernel's IB_DEVICE_NAME_MAX, with the end of the string. */
#define HCA_NAME_BYTES 64
#define HCA_ANY (-1)

/**
 * struct hca_choice - one item of the list
 * @name: of the adapter
 * @port: from 1; %HCA_ANY: all
 * @rail: its rank among those that are taken, from 0; %HCA_ANY: its place in the list
 * @plane: of the fabric that it is in, from 0; %HCA_ANY: not said
 */
struct hca_choice {
	char name[HCA_NAME_BYTES];
	int16_t port;
	int16_t rail;
	int16_t plane;
};

/**
 * struct hca_list - the list
 * @exclude: those in it are not taken, and all others are
 * @exact: names are whole names
 * @nr: how many; 0: all are taken
 * @choice: they
 */
struct hca_list {
	bool exclude;
	bool exact;
	uint8_t nr;
	struct hca_choice choice[HCA_LIST_MAX];
};

const char *hca_list_parse(const char *text, struct hca_list *list);
int hca_list_rank(const struct hca_list *list, const char *name, int port, int *plane);

#endif /* GOSSIP_HCA_LIST_H */
