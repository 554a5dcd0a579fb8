// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "maxwell": the state of the GPUs' auctions.
 *
 * May sleep; takes mx_gpu::lock of one GPU at a time for a copy.
 */
#include <net/genetlink.h>

#include "gpu.h"
#include "netlink.h"
#include "netlink_gen.h"

/* Where the dump goes on. */
struct gpu_dump_ctx {
	u32 next;
};

static int put_holder(struct sk_buff *msg, const struct mx_gpu_report *r)
{
	if (!r->held)
		return 0;
	/* One that the caller can't see, or that has passed the file on, holds all the same. */
	return (r->holder_pid && nla_put_u32(msg, MAXWELL_A_GPU_HOLDER_PID, r->holder_pid)) ||
	       nla_put_u32(msg, MAXWELL_A_GPU_PRICE, r->price) ||
	       nla_put_u32(msg, MAXWELL_A_GPU_LEASE_LEFT_MS, div_u64(r->left_ns, NSEC_PER_MSEC));
}

static int fill_gpu(struct sk_buff *msg, const struct genl_info *info, u32 nr,
		    const struct mx_gpu_report *r)
{
	void *hdr = genlmsg_iput(msg, info);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(msg, MAXWELL_A_GPU_GPU, nr) ||
	    put_holder(msg, r) ||
	    nla_put_u32(msg, MAXWELL_A_GPU_RESERVE, r->reserve) ||
	    nla_put_u32(msg, MAXWELL_A_GPU_QUEUED, r->queued) ||
	    (r->queued && nla_put_u32(msg, MAXWELL_A_GPU_BEST_BID, r->best_bid)) ||
	    nla_put_u32(msg, MAXWELL_A_GPU_BUSY_PERMILLE, r->busy_permille) ||
	    nla_put_uint(msg, MAXWELL_A_GPU_AUCTIONS, r->auctions) ||
	    nla_put_uint(msg, MAXWELL_A_GPU_LEASED_NS, r->leased_ns) ||
	    nla_put_uint(msg, MAXWELL_A_GPU_OVERSTAYED, r->overstayed) ||
	    nla_put_uint(msg, MAXWELL_A_GPU_ABANDONED, r->abandoned) ||
	    nla_put_uint(msg, MAXWELL_A_GPU_CHARGED_NANOCENTS, r->charged_nanocents)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

int maxwell_nl_gpu_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct gpu_dump_ctx *ctx = (struct gpu_dump_ctx *)cb->ctx;
	const struct genl_info *info = genl_info_dump(cb);
	struct mx_gpu_report report;
	int ret;

	NL_ASSERT_CTX_FITS(struct gpu_dump_ctx);
	ret = mx_nl_init_net(genl_info_net(info), info->extack);
	for (; !ret && ctx->next < MAXWELL_GPUS_MAX; ctx->next++) {
		if (mx_gpu_report(ctx->next, &report))
			continue;
		ret = fill_gpu(skb, info, ctx->next, &report);
		if (ret)
			break;
	}
	return ret;
}
