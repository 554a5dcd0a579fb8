// SPDX-License-Identifier: GPL-2.0
/*
 * Validation of netlink requests: the generated policies and the handlers of prices and bids, asked
 * through a real socket. What is refused must not reach the market.
 */
#include <linux/cred.h>
#include <linux/pid.h>

#include "netlink_peer.h"

static struct sk_buff *begin_price(struct kunit *test, u32 kind, u32 value)
{
	struct sk_buff *skb = client_ask(test, MAXWELL_CMD_PRICE_SET);

	nla_put_u32(skb, MAXWELL_A_PRICE_KIND, kind);
	nla_put_u32(skb, MAXWELL_A_PRICE_MULTIPLIER, value);
	return skb;
}

static void a_price_arrives_as_it_was_sent(struct kunit *test)
{
	struct sk_buff *skb = begin_price(test, 2, MAXWELL_MULTIPLIER_MIN);

	nla_put_s32(skb, MAXWELL_A_PRICE_SLOPE, -5);
	nla_put_u32(skb, MAXWELL_A_PRICE_LEASE_MS, 86400000);
	nla_put_string(skb, MAXWELL_A_PRICE_CPUS, "0");
	client_accepted(test);
	KUNIT_EXPECT_EQ(test, backend.kind, 2);
	KUNIT_EXPECT_EQ(test, backend.value, MAXWELL_MULTIPLIER_MIN);
	KUNIT_EXPECT_EQ(test, backend.slope, -5);
	KUNIT_EXPECT_EQ(test, backend.lease_ms, 86400000);
	KUNIT_EXPECT_TRUE(test, cpumask_equal(&backend.cpus, cpumask_of(0)));
}

static void without_a_list_all_cpus_are_meant(struct kunit *test)
{
	begin_price(test, 0, U32_MAX);
	client_accepted(test);
	KUNIT_EXPECT_TRUE(test, cpumask_equal(&backend.cpus, cpu_possible_mask));
}

static void prices_have_ranges(struct kunit *test)
{
	struct sk_buff *skb;

	begin_price(test, 3, MX_ONE);
	client_refused(test, -ERANGE, "out of range");
	begin_price(test, 0, MAXWELL_MULTIPLIER_MIN - 1);
	client_refused(test, -ERANGE, "out of range");
	skb = begin_price(test, 0, MX_ONE);
	nla_put_u32(skb, MAXWELL_A_PRICE_LEASE_MS, 86400001);
	client_refused(test, -ERANGE, "out of range");
}

static void a_price_says_of_what_and_how_much(struct kunit *test)
{
	struct sk_buff *skb = client_ask(test, MAXWELL_CMD_PRICE_SET);

	nla_put_u32(skb, MAXWELL_A_PRICE_MULTIPLIER, MX_ONE);
	client_refused(test, -EINVAL, "kind is missing");
	skb = client_ask(test, MAXWELL_CMD_PRICE_SET);
	nla_put_u32(skb, MAXWELL_A_PRICE_KIND, 0);
	client_refused(test, -EINVAL, "multiplier is missing");
}

static void wrong_sizes_are_refused(struct kunit *test)
{
	struct sk_buff *skb = client_ask(test, MAXWELL_CMD_PRICE_SET);

	nla_put_u8(skb, MAXWELL_A_PRICE_KIND, 0);
	client_refused(test, -EINVAL, "invalid attribute length");
	skb = client_ask(test, MAXWELL_CMD_PRICE_SET);
	nla_put_u64_64bit(skb, MAXWELL_A_PRICE_MULTIPLIER, MX_ONE, 0);
	client_refused(test, -EINVAL, "invalid attribute length");
	skb = client_ask(test, MAXWELL_CMD_BID_SET);
	nla_put_u32(skb, MAXWELL_A_BID_USE_DEFAULT, 1);
	client_refused(test, -ERANGE, "failed policy validation");
}

static void unknown_attributes_are_refused(struct kunit *test)
{
	struct sk_buff *skb = begin_price(test, 0, MX_ONE);

	nla_put_u32(skb, MAXWELL_A_PRICE_LEASE_MS + 20, 1);
	client_refused(test, -EINVAL, "Unknown attribute");
	/* One that exists, but not for this command. */
	skb = client_ask(test, MAXWELL_CMD_BID_GET);
	nla_put_u32(skb, MAXWELL_A_BID_BID, 1);
	client_refused(test, -EINVAL, "Unknown attribute");
	skb = client_ask_dump(test, MAXWELL_CMD_PRICE_GET);
	nla_put_u32(skb, MAXWELL_A_PRICE_KIND, 1);
	client_refused(test, -EINVAL, "Unknown attribute");
}

static void half_an_attribute_is_refused(struct kunit *test)
{
	struct sk_buff *skb = begin_price(test, 0, MX_ONE);
	struct nlattr *last = skb_put_zero(skb, NLA_HDRLEN);

	last->nla_type = MAXWELL_A_PRICE_SLOPE;
	last->nla_len = 1000;
	client_refused(test, -EINVAL, "");
}

static void unknown_commands_are_refused(struct kunit *test)
{
	client_ask(test, 0);
	client_refused(test, -EOPNOTSUPP, "");
	client_ask(test, 250);
	client_refused(test, -EOPNOTSUPP, "");
}

static void cpu_lists_are_looked_through(struct kunit *test)
{
	static const struct {
		const char *list;
		int error;
		const char *text;
	} lists[] = {
		{ "", -EINVAL, "empty" },
		{ "x", -EINVAL, "not a CPU list" },
		{ "1-0", -EINVAL, "not a CPU list" },
		{ "0,999999", -EINVAL, "not a CPU list" },
		{ "-1", -EINVAL, "not a CPU list" },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		struct sk_buff *skb = begin_price(test, 0, MX_ONE);

		nla_put_string(skb, MAXWELL_A_PRICE_CPUS, lists[i].list);
		client_refused(test, lists[i].error, lists[i].text);
	}
}

static void texts_must_end_and_not_be_endless(struct kunit *test)
{
	char *text = kunit_kmalloc(test, 2000, GFP_KERNEL);
	struct sk_buff *skb = begin_price(test, 0, MX_ONE);

	KUNIT_ASSERT_NOT_NULL(test, text);
	memset(text, '0', 2000);
	nla_put(skb, MAXWELL_A_PRICE_CPUS, 10, text);
	client_refused(test, -EINVAL, "failed policy validation");
	skb = begin_price(test, 0, MX_ONE);
	text[MAXWELL_CPULIST_LEN + 1] = '\0';
	nla_put(skb, MAXWELL_A_PRICE_CPUS, MAXWELL_CPULIST_LEN + 2, text);
	client_refused(test, -EINVAL, "failed policy validation");
	skb = client_ask(test, MAXWELL_CMD_WALLET_NEW);
	text[MAXWELL_WALLET_NAME_LEN + 1] = '\0';
	nla_put(skb, MAXWELL_A_WALLET_NAME, MAXWELL_WALLET_NAME_LEN + 2, text);
	client_refused(test, -EINVAL, "failed policy validation");
	skb = client_ask(test, MAXWELL_CMD_WALLET_NEW);
	nla_put_string(skb, MAXWELL_A_WALLET_NAME, text + 1);
	client_accepted(test);
}

static void a_bid_reaches_its_task(struct kunit *test)
{
	struct sk_buff *skb = client_ask(test, MAXWELL_CMD_BID_SET);

	nla_put_u32(skb, MAXWELL_A_BID_BID, U32_MAX);
	client_accepted(test);
	KUNIT_EXPECT_PTR_EQ(test, backend.task, current);
	KUNIT_EXPECT_EQ(test, backend.change.kind, MX_BID_EXPLICIT);
	KUNIT_EXPECT_EQ(test, backend.change.bid, U32_MAX);
	KUNIT_EXPECT_EQ(test, backend.change.book, MX_BOOK_SAME);
	KUNIT_EXPECT_EQ(test, backend.change.for_ns, 0);

	skb = client_ask(test, MAXWELL_CMD_BID_SET);
	nla_put_u32(skb, MAXWELL_A_BID_PID, 1);
	nla_put_flag(skb, MAXWELL_A_BID_USE_DEFAULT);
	nla_put_u32(skb, MAXWELL_A_BID_BOOK, MAXWELL_BOOK_FEEDER);
	client_accepted(test);
	KUNIT_EXPECT_EQ(test, backend.task->pid, 1);
	KUNIT_EXPECT_EQ(test, backend.change.kind, MX_BID_DEFAULT);
	KUNIT_EXPECT_EQ(test, backend.change.book, MX_BOOK_FEEDER);
}

static void a_bid_has_to_make_sense(struct kunit *test)
{
	struct sk_buff *skb = client_ask(test, MAXWELL_CMD_BID_SET);

	client_refused(test, -EINVAL, "nothing to set");
	skb = client_ask(test, MAXWELL_CMD_BID_SET);
	nla_put_u32(skb, MAXWELL_A_BID_BID, 1);
	nla_put_flag(skb, MAXWELL_A_BID_USE_DEFAULT);
	client_refused(test, -EINVAL, "exclude each other");
	skb = client_ask(test, MAXWELL_CMD_BID_SET);
	nla_put_u32(skb, MAXWELL_A_BID_BOOK, 2);
	client_refused(test, -ERANGE, "out of range");
}

static void a_bid_is_for_somebody_who_lives(struct kunit *test)
{
	struct sk_buff *skb = client_ask(test, MAXWELL_CMD_BID_SET);

	nla_put_u32(skb, MAXWELL_A_BID_PID, 0);
	nla_put_u32(skb, MAXWELL_A_BID_BID, 1);
	client_refused(test, -ERANGE, "out of range");
	skb = client_ask(test, MAXWELL_CMD_BID_SET);
	nla_put_u32(skb, MAXWELL_A_BID_PID, PID_MAX_LIMIT - 1);
	nla_put_u32(skb, MAXWELL_A_BID_BID, 1);
	client_refused(test, -ESRCH, "no thread has the id");
}

static void money_has_ranges(struct kunit *test)
{
	static const struct {
		u8 cmd;
		u16 attr;
		bool wide;
		u64 bad;
		u64 good;
	} values[] = {
		{ MAXWELL_CMD_WALLET_NEW, MAXWELL_A_WALLET_INCOME, false,
		  MAXWELL_WALLET_INCOME_MAX + 1, MAXWELL_WALLET_INCOME_MAX },
		{ MAXWELL_CMD_WALLET_SET, MAXWELL_A_WALLET_CAP_NANOCENTS, true,
		  MAXWELL_WALLET_CAP_MAX + 1, MAXWELL_WALLET_CAP_MAX },
		{ MAXWELL_CMD_WALLET_FUND, MAXWELL_A_WALLET_AMOUNT_NANOCENTS, true, 0, 1 },
		{ MAXWELL_CMD_WALLET_FUND, MAXWELL_A_WALLET_AMOUNT_NANOCENTS, true,
		  MAXWELL_WALLET_CAP_MAX + 1, MAXWELL_WALLET_CAP_MAX },
		{ MAXWELL_CMD_WALLET_DEL, MAXWELL_A_WALLET_ID, false, 0, 1 },
		{ MAXWELL_CMD_WALLET_GRANT, MAXWELL_A_WALLET_TO_CGROUP, true, 0, 1 },
		{ MAXWELL_CMD_WALLET_REVOKE, MAXWELL_A_WALLET_TO_PID, false, 0, 1 },
		{ MAXWELL_CMD_WALLET_GET, MAXWELL_A_WALLET_ID, false, 0, U32_MAX },
	};
	int i, good;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		for (good = 0; good < 2; good++) {
			u64 value = good ? values[i].good : values[i].bad;
			struct sk_buff *skb = client_ask(test, values[i].cmd);

			if (values[i].wide)
				nla_put_uint(skb, values[i].attr, value);
			else
				nla_put_u32(skb, values[i].attr, value);
			if (good)
				client_accepted(test);
			else
				client_refused(test, -ERANGE, "out of range");
			KUNIT_EXPECT_EQ(test, backend.cmd, good ? values[i].cmd : 0);
		}
	}
}

static void who_has_no_right_is_told_which(struct kunit *test)
{
	struct cred *nobody = prepare_creds();
	const struct cred *old;
	struct sk_buff *skb;

	KUNIT_ASSERT_NOT_NULL(test, nobody);
	nobody->uid = KUIDT_INIT(65534);
	nobody->euid = nobody->uid;
	cap_clear(nobody->cap_effective);
	begin_price(test, 0, MX_ONE);
	old = override_creds(nobody);
	client_refused(test, -EPERM, "CAP_SYS_NICE");
	skb = client_ask(test, MAXWELL_CMD_BID_SET);
	nla_put_u32(skb, MAXWELL_A_BID_PID, 1);
	nla_put_u32(skb, MAXWELL_A_BID_BID, 1);
	client_refused(test, -EPERM, "another user's task");
	put_cred(revert_creds(old));
}

static int register_family(struct kunit_suite *suite)
{
	return genl_register_family(&maxwell_nl_family);
}

static void unregister_family(struct kunit_suite *suite)
{
	genl_unregister_family(&maxwell_nl_family);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_price_arrives_as_it_was_sent),
	KUNIT_CASE(without_a_list_all_cpus_are_meant),
	KUNIT_CASE(prices_have_ranges),
	KUNIT_CASE(a_price_says_of_what_and_how_much),
	KUNIT_CASE(wrong_sizes_are_refused),
	KUNIT_CASE(unknown_attributes_are_refused),
	KUNIT_CASE(half_an_attribute_is_refused),
	KUNIT_CASE(unknown_commands_are_refused),
	KUNIT_CASE(cpu_lists_are_looked_through),
	KUNIT_CASE(texts_must_end_and_not_be_endless),
	KUNIT_CASE(a_bid_reaches_its_task),
	KUNIT_CASE(a_bid_has_to_make_sense),
	KUNIT_CASE(a_bid_is_for_somebody_who_lives),
	KUNIT_CASE(money_has_ranges),
	KUNIT_CASE(who_has_no_right_is_told_which),
	{}
};

static struct kunit_suite suite = {
	.name = "maxwell_netlink",
	.suite_init = register_family,
	.suite_exit = unregister_family,
	.init = client_open,
	.exit = client_close,
	.test_cases = cases,
};

kunit_test_suite(suite);
