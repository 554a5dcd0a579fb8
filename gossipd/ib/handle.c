// SPDX-License-Identifier: GPL-2.0
/*
 * Address handles of nodes, made when they are sent to for the first time. That may take the kernel
 * a second, for which the loop does not wait: a thread does, and what was to be sent is lost.
 */
#include <stdlib.h>
#include <string.h>

#include "ib.h"

#define HOP_LIMIT 64

static struct ib_handle *place_for(struct ib_rail *rail)
{
	struct ib_handle *oldest = &rail->handles[0];
	size_t i;

	for (i = 0; i < IB_HANDLES; i++) {
		if (!rail->handles[i].ah)
			return &rail->handles[i];
		if (rail->handles[i].used < oldest->used)
			oldest = &rail->handles[i];
	}
	ibv_destroy_ah(oldest->ah);
	oldest->ah = NULL;
	return oldest;
}

static void work(uv_work_t *request)
{
	struct ib_resolver *resolver = request->data;

	resolver->ah = ibv_create_ah(resolver->pd, &resolver->attr);
}

static void give_back(struct ib_resolver *resolver)
{
	if (resolver->ah)
		ibv_destroy_ah(resolver->ah);
	ibv_dealloc_pd(resolver->pd);
	rdma_destroy_id(resolver->id);
}

static void done(uv_work_t *request, int status)
{
	struct ib_resolver *resolver = request->data;
	struct ib_rail *rail = resolver->rail;
	struct ib_handle *handle;

	(void)status;
	if (!rail) {
		give_back(resolver);
	} else {
		rail->resolver = NULL;
		if (resolver->ah) {
			handle = place_for(rail);
			memcpy(handle->to, resolver->to, sizeof(handle->to));
			handle->ah = resolver->ah;
			handle->used = ++rail->uses;
			rail->counters[LINK_HANDLES]++;
		}
	}
	ib_gone(resolver->link);
	free(resolver);
}

static void resolve(struct ib_rail *rail, const uint8_t *to)
{
	static const union ibv_gid none;
	struct ib_resolver *resolver = calloc(1, sizeof(*resolver));

	if (!resolver)
		return;
	resolver->work.data = resolver;
	resolver->link = rail->link;
	resolver->rail = rail;
	resolver->pd = rail->pd;
	memcpy(resolver->to, to, sizeof(resolver->to));
	resolver->attr = (struct ibv_ah_attr){
		.grh = {
			.sgid_index = rail->gid_index,
			.hop_limit = HOP_LIMIT,
		},
		.dlid = to[IB_ADDR_LID] << 8 | to[IB_ADDR_LID + 1],
		.sl = rail->sl,
		.is_global = rail->ethernet || memcmp(to, &none, sizeof(none)),
		.port_num = rail->port,
	};
	memcpy(&resolver->attr.grh.dgid, to, sizeof(union ibv_gid));
	if (uv_queue_work(rail->link->loop, &resolver->work, work, done)) {
		free(resolver);
		return;
	}
	rail->resolver = resolver;
	rail->link->live++;
}

/**
 * ib_handle_find() - the handle of a node
 * @rail: an open one that is in the group
 * @to: the node, %IB_ADDR_BYTES
 *
 * Return: the handle; NULL if there is none yet, and one is being made, or another one is.
 */
struct ibv_ah *ib_handle_find(struct ib_rail *rail, const uint8_t *to)
{
	size_t i;

	for (i = 0; i < IB_HANDLES; i++) {
		struct ib_handle *handle = &rail->handles[i];

		if (handle->ah && !memcmp(handle->to, to, sizeof(handle->to))) {
			handle->used = ++rail->uses;
			return handle->ah;
		}
	}
	if (!rail->resolver)
		resolve(rail, to);
	return NULL;
}

/**
 * ib_handles_free() - give all handles back
 * @rail: which is about to be closed
 */
void ib_handles_free(struct ib_rail *rail)
{
	size_t i;

	for (i = 0; i < IB_HANDLES; i++) {
		if (rail->handles[i].ah)
			ibv_destroy_ah(rail->handles[i].ah);
		rail->handles[i].ah = NULL;
	}
}
