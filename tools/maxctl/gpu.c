// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl gpu: state of every GPU's auction.
 */
#include "maxctl.h"

static void print_gpus(const void *items, size_t nr)
{
	static const struct mc_column columns[] = {
		{ "GPU", true },	{ "HOLDER", true },	{ "PRICE", true },
		{ "LEFT", true },	{ "RESERVE", true },	{ "QUEUED", true },
		{ "BEST-BID", true },	{ "BUSY/%", true },	{ "AUCTIONS", true },
		{ "LEASED", true },	{ "OVERSTAYED", true }, { "ABANDONED", true },
		{ "CHARGED/ct", true },
	};
	const struct mxw_gpu *gpus = items;
	char text[MC_TEXT_LEN];
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		const struct mxw_gpu *gpu = &gpus[i];
		/* The holder may be out of sight, in another pid namespace. */
		bool held = MXW_HAS(gpu, MAXWELL_A_GPU_PRICE);

		mc_cell(&table, "%u", gpu->gpu);
		mc_cell_if(&table, MXW_HAS(gpu, MAXWELL_A_GPU_HOLDER_PID), "%u", gpu->holder_pid);
		mc_cell_if(&table, held, "%u", gpu->price);
		mc_cell_if(&table, held, "%s",
			   mc_format_time(text, gpu->lease_left_ms * MC_NS_PER_MS));
		mc_cell(&table, "%u", gpu->reserve);
		mc_cell(&table, "%u", gpu->queued);
		mc_cell_if(&table, MXW_HAS(gpu, MAXWELL_A_GPU_BEST_BID), "%u", gpu->best_bid);
		mc_cell(&table, "%u.%u", gpu->busy_permille / 10, gpu->busy_permille % 10);
		mc_cell(&table, "%llu", (unsigned long long)gpu->auctions);
		mc_cell(&table, "%s", mc_format_time(text, gpu->leased_ns));
		mc_cell(&table, "%llu", (unsigned long long)gpu->overstayed);
		mc_cell(&table, "%llu", (unsigned long long)gpu->abandoned);
		mc_cell(&table, "%s", mc_format_cents(text, gpu->charged_nanocents));
	}
	mc_table_print(&table, 0);
	mc_table_free(&table);
}

int cmd_gpu(int argc, char **argv)
{
	static const struct mc_listing listing = { "gpu-get", "gpus", &mxw_gpu_object, print_gpus };
	int err = mc_ready_alone(argc, argv);
	struct mxw_gpu *gpus = NULL;
	size_t nr = 0;

	if (err)
		return err;
	err = mxw_gpu_list(mc.link, &gpus, &nr);
	return mc_show_list(&listing, err, gpus, nr);
}
