// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of ports that are rails: what they take, and what is none.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "hca_list.h"

static void lists_take_what_they_say(void)
{
	static const struct {
		const char *list, *name;
		int port, rank, plane;
	} way[] = {
		{ "", "mlx5_0", 1, 0, -1 },
		{ "mlx5", "mlx5_0", 1, 0, -1 },
		{ "mlx5", "mlx4_0", 1, -1, 0 },
		{ "mlx5_1", "mlx5_10", 2, 0, -1 },
		{ "mlx5_10", "mlx5_1", 2, -1, 0 },
		{ "=mlx5_1", "mlx5_10", 2, -1, 0 },
		{ "=mlx5_1", "mlx5_1", 2, 0, -1 },
		{ "=mlx5_0:1,mlx5_1", "mlx5_0", 1, 0, -1 },
		{ "=mlx5_0:1,mlx5_1", "mlx5_0", 2, -1, 0 },
		{ "=mlx5_0:1,mlx5_1", "mlx5_1", 2, 1, -1 },
		{ "^mlx5_2", "mlx5_2", 1, -1, 0 },
		{ "^mlx5_2", "mlx5_23", 1, -1, 0 },
		{ "^mlx5_2", "mlx5_1", 1, 0, -1 },
		{ "^=mlx5_2", "mlx5_23", 1, 0, -1 },
		{ "^=mlx5_2:1", "mlx5_2", 1, -1, 0 },
		{ "^=mlx5_2:1", "mlx5_2", 2, 0, -1 },
		{ "mlx5_0:1:3", "mlx5_0", 1, 3, -1 },
		{ "mlx5_0:1:3:7,mlx5_1:1:0:255", "mlx5_0", 1, 3, 7 },
		{ "mlx5_0:1:3:7,mlx5_1:1:0:255", "mlx5_1", 1, 0, 255 },
		/* The first that fits. */
		{ "mlx5_0:2:5,mlx5,mlx5_0:1:4", "mlx5_0", 1, 1, -1 },
		{ "rxe-a.b_C,x", "rxe-a.b_C", 255, 0, -1 },
	};
	struct hca_list list;
	const char *why;
	int plane, rank;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(way); i++) {
		why = hca_list_parse(way[i].list, &list);
		CHECK(!why, "\"%s\": %s", way[i].list, why);
		plane = 0;
		rank = hca_list_rank(&list, way[i].name, way[i].port, &plane);
		CHECK(rank == way[i].rank && plane == way[i].plane,
		      "\"%s\", %s:%d: rank %d, plane %d", way[i].list, way[i].name, way[i].port,
		      rank, plane);
		CHECK_EQ(hca_list_rank(&list, way[i].name, way[i].port, NULL), rank);
	}
}

static void what_is_no_list_is_refused(void)
{
	static const char *const wrong[] = {
		"^", "=", "^=", "=^mlx5", "^^mlx5", ",", "mlx5,", ",mlx5", "mlx5,,mlx4", " mlx5",
		"mlx5 ", "mlx5, mlx4", "mlx5:", "mlx5:0", "mlx5:256", "mlx5:-1", "mlx5:1x",
		"mlx5:99999999999999999999", "mlx5:1:", "mlx5:1:256", "mlx5:1:0:", "mlx5:1:0:256",
		"mlx5:1:0:0:", "mlx5:1:0:0:0", ":1", "^mlx5:1:0", "mlx5/1", "mlx5\n",
	};
	struct hca_list list;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		CHECK(hca_list_parse(wrong[i], &list), "\"%s\" is taken", wrong[i]);
}

static void lists_are_bounded(void)
{
	char text[HCA_LIST_MAX * (HCA_NAME_BYTES + 1) + 1] = "";
	struct hca_list list;
	int i;

	memset(text, 'a', HCA_NAME_BYTES - 1);
	CHECK(!hca_list_parse(text, &list), "63 characters");
	CHECK_EQ(strlen(list.choice[0].name), HCA_NAME_BYTES - 1);
	memset(text, 'a', HCA_NAME_BYTES);
	CHECK(hca_list_parse(text, &list), "64 characters");
	text[0] = 0;
	for (i = 0; i < HCA_LIST_MAX; i++)
		sprintf(text + strlen(text), "%sn%d", i ? "," : "=", i);
	CHECK(!hca_list_parse(text, &list), "32 items");
	CHECK_EQ(list.nr, HCA_LIST_MAX);
	CHECK_EQ(hca_list_rank(&list, "n31", 1, NULL), 31);
	sprintf(text + strlen(text), ",n32");
	CHECK(hca_list_parse(text, &list), "33 items");
}

/* Whatever is written, reading it ends within it. */
static void any_text_is_read_or_refused(void)
{
	static const char letters[] = "^= ,:019ab_\n";
	struct hca_list list;
	uint32_t i, k, len, taken = 0;

	for (i = 0; i < 100000; i++) {
		char text[24];

		len = (uint32_t)test_random_below(sizeof(text));
		for (k = 0; k < len; k++)
			text[k] = letters[test_random_below(sizeof(letters) - 1)];
		text[len] = 0;
		if (hca_list_parse(text, &list))
			continue;
		taken += len > 0;
		CHECK(list.nr <= 12 && (!len) == (!list.nr), "%u items of \"%s\"", list.nr, text);
		CHECK(hca_list_rank(&list, "a", 1, NULL) >= -1, "no rank");
	}
	CHECK(taken > 100, "only %u", taken);
}

static const struct test_case cases[] = {
	{ "lists_take_what_they_say", lists_take_what_they_say },
	{ "what_is_no_list_is_refused", what_is_no_list_is_refused },
	{ "lists_are_bounded", lists_are_bounded },
	{ "any_text_is_read_or_refused", any_text_is_read_or_refused },
	{ NULL, NULL },
};

const struct test_suite hca_list_suite = { "hca_list", cases };
