// SPDX-License-Identifier: GPL-2.0
/*
 * The client sends what it is given through a real socket, so that a request passes all the checks
 * that one from user space does. The backend stands in for the market, the tasks and the wallets,
 * none of which are there.
 */
#include <linux/file.h>
#include <linux/net.h>
#include <net/sock.h>

#include "netlink_peer.h"

struct backend backend;

/* No records of tasks: nobody is under the class. */
struct mx_task *mx_chunks[MX_CHUNKS_MAX];
u32 mx_nr_chunks;

void mx_price_set(const struct cpumask *cpus, u32 kind, u32 value, s32 slope, u32 lease_ms)
{
	backend.calls++;
	backend.kind = kind;
	backend.value = value;
	backend.slope = slope;
	backend.lease_ms = lease_ms;
	cpumask_copy(&backend.cpus, cpus);
}

int mx_bid_put(struct task_struct *p, const struct mx_bid_change *c)
{
	backend.calls++;
	backend.task = p;
	backend.change = *c;
	return 0;
}

int mx_task_report(struct mx_task *t, const struct task_struct *p, struct mx_task_report *report)
{
	backend.calls++;
	return -ESRCH;
}

int mx_nl_fill_task(struct sk_buff *msg, const struct genl_info *info,
		    const struct mx_task_report *report)
{
	return -EMSGSIZE;
}

int mx_nl_fill_class(struct sk_buff *msg, const struct genl_info *info, int event)
{
	return -EMSGSIZE;
}

#define REACHED_DO(name)						\
int maxwell_nl_##name##_doit(struct sk_buff *skb, struct genl_info *info)	\
{									\
	backend.calls++;						\
	backend.cmd = info->genlhdr->cmd;				\
	return 0;							\
}

#define REACHED_DUMP(name)						\
int maxwell_nl_##name##_dumpit(struct sk_buff *skb, struct netlink_callback *cb)	\
{									\
	backend.calls++;						\
	return 0;							\
}

REACHED_DO(wallet_new)
REACHED_DO(wallet_set)
REACHED_DO(wallet_del)
REACHED_DO(wallet_fund)
REACHED_DO(wallet_grant)
REACHED_DO(wallet_revoke)
REACHED_DO(wallet_get)
REACHED_DUMP(price_get)
REACHED_DUMP(bid_get)
REACHED_DUMP(cpu_get)
REACHED_DUMP(demand_get)
REACHED_DUMP(wallet_get)
REACHED_DUMP(grant_get)
REACHED_DUMP(gpu_get)

/* A socket of our own, the request in the making, and what was said to the last refusal. */
struct client {
	struct socket *sock;
	struct sk_buff *request;
	char why[128];
};

static int open_socket(struct client *c)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	struct file *file;
	int one = 1, ret, i;

	ret = sock_create_kern(&init_net, PF_NETLINK, SOCK_RAW, NETLINK_GENERIC, &c->sock);
	if (ret)
		return ret;
	/* The handlers ask who opened the socket. */
	file = sock_alloc_file(c->sock, 0, NULL);
	if (IS_ERR(file))
		return PTR_ERR(file);
	for (i = 0; i < ARRAY_SIZE(options) && !ret; i++)
		ret = c->sock->ops->setsockopt(c->sock, SOL_NETLINK, options[i],
					       KERNEL_SOCKPTR(&one), sizeof(one));
	if (ret)
		__fput_sync(file);
	return ret;
}

int client_open(struct kunit *test)
{
	struct client *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	int ret;

	if (!c)
		return -ENOMEM;
	ret = open_socket(c);
	if (!ret)
		test->priv = c;
	return ret;
}

void client_close(struct kunit *test)
{
	struct client *c = test->priv;

	if (c) {
		kfree_skb(c->request);
		__fput_sync(c->sock->file);
	}
}

static struct sk_buff *ask(struct kunit *test, u8 cmd, u16 flags)
{
	struct client *c = test->priv;

	memset(&backend, 0, sizeof(backend));
	c->request = genlmsg_new(8192, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, c->request);
	KUNIT_ASSERT_NOT_NULL(test, genlmsg_put(c->request, 0, 1, &maxwell_nl_family,
						NLM_F_REQUEST | NLM_F_ACK | flags, cmd));
	return c->request;
}

struct sk_buff *client_ask(struct kunit *test, u8 cmd)
{
	return ask(test, cmd, 0);
}

struct sk_buff *client_ask_dump(struct kunit *test, u8 cmd)
{
	return ask(test, cmd, NLM_F_DUMP);
}

/* Keep what the kernel said with its refusal. */
static void keep_reason(struct client *c, struct nlmsghdr *nlh, const struct nlmsgerr *err)
{
	int used = sizeof(*err), len = nlmsg_len(nlh) - used;
	struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || len <= 0)
		return;
	attr = nla_find((struct nlattr *)((char *)err + used), len, NLMSGERR_ATTR_MSG);
	if (attr)
		nla_strscpy(c->why, attr, sizeof(c->why));
}

/* The kernel answers before sendmsg returns; a dump's answer ends with NLMSG_DONE. */
static int receive(struct client *c)
{
	char *answer __free(kfree) = kzalloc(8192, GFP_KERNEL);
	struct kvec vec = { answer, 8192 };
	struct msghdr msg = {};
	struct nlmsghdr *nlh;
	int len;

	if (!answer)
		return -ENOMEM;
	len = kernel_recvmsg(c->sock, &msg, &vec, 1, vec.iov_len, MSG_DONTWAIT);
	if (len < (int)sizeof(*nlh))
		return len < 0 ? len : -EBADMSG;
	nlh = (struct nlmsghdr *)answer;
	if (nlh->nlmsg_type == NLMSG_DONE)
		return *(int *)nlmsg_data(nlh);
	if (nlh->nlmsg_type != NLMSG_ERROR)
		return -EBADMSG;
	keep_reason(c, nlh, nlmsg_data(nlh));
	return ((struct nlmsgerr *)nlmsg_data(nlh))->error;
}

/* Returns the errno of the kernel's answer. */
static int send(struct client *c)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	/* With an address it is the sender who is asked for privileges, not the opener. */
	struct msghdr msg = { .msg_name = &kernel, .msg_namelen = sizeof(kernel) };
	struct sk_buff *skb = c->request;
	struct kvec vec = { skb->data, skb->len };
	int ret;

	c->why[0] = '\0';
	nlmsg_hdr(skb)->nlmsg_len = skb->len;
	ret = kernel_sendmsg(c->sock, &msg, &vec, 1, vec.iov_len);
	kfree_skb(skb);
	c->request = NULL;
	return ret < 0 ? ret : receive(c);
}

void client_accepted(struct kunit *test)
{
	struct client *c = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, send(c), 0, "the kernel said '%s'", c->why);
	KUNIT_EXPECT_EQ(test, backend.calls, 1);
}

void client_refused(struct kunit *test, int error, const char *text)
{
	struct client *c = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, send(c), error, "the kernel said '%s'", c->why);
	KUNIT_EXPECT_EQ(test, backend.calls, 0);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(c->why, text), "the kernel said '%s'", c->why);
}
