// SPDX-License-Identifier: GPL-2.0
/*
 * maxctl gpu: state of every GPU's auction.
 */
#include <stdlib.h>

#include "maxctl.h"

static void holder_cells(struct mc_table *table, const struct mxw_gpu *gpu)
{
	char text[MC_TEXT_LEN];

	if (!MXW_HAS(gpu, MAXWELL_A_GPU_HOLDER_PID)) {
		mc_cell(table, "-");
		mc_cell(table, "-");
		mc_cell(table, "-");
		return;
	}
	mc_cell(table, "%u", gpu->holder_pid);
	mc_cell(table, "%u", gpu->price);
	mc_cell(table, "%s", mc_format_time(text, gpu->lease_left_ms * MC_NS_PER_MS));
}

static void print_gpus(const struct mxw_gpu *gpus, size_t nr)
{
	static const struct mc_column columns[] = {
		{ "GPU", true },	{ "HOLDER", true },	{ "PRICE", true },
		{ "LEFT", true },	{ "RESERVE", true },	{ "QUEUED", true },
		{ "BEST-BID", true },	{ "BUSY/%", true },	{ "AUCTIONS", true },
		{ "LEASED", true },	{ "OVERSTAYED", true }, { "ABANDONED", true },
		{ "CHARGED/ct", true },
	};
	char text[MC_TEXT_LEN];
	struct mc_table table;
	size_t i;

	mc_table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		const struct mxw_gpu *gpu = &gpus[i];

		mc_cell(&table, "%u", gpu->gpu);
		holder_cells(&table, gpu);
		mc_cell(&table, "%u", gpu->reserve);
		mc_cell(&table, "%u", gpu->queued);
		if (MXW_HAS(gpu, MAXWELL_A_GPU_BEST_BID))
			mc_cell(&table, "%u", gpu->best_bid);
		else
			mc_cell(&table, "-");
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
	struct mxw_gpu *gpus;
	json_t *root;
	size_t nr;
	int err;

	err = mc_no_options(argc, argv, 0, 0);
	if (!err)
		err = mc_ready();
	if (err)
		return err;
	if (mxw_gpu_list(mc.link, &gpus, &nr))
		return mc_kernel_error(mc.link, "gpu-get");
	if (mc.json) {
		root = mc_json_new();
		json_object_set_new(root, "gpus", mc_json_array(&mxw_gpu_object, gpus, nr));
		mc_json_print(root);
	} else {
		print_gpus(gpus, nr);
	}
	free(gpus);
	return MC_OK;
}
