// SPDX-License-Identifier: GPL-2.0
/*
 * Errors: the kernel's extended ACK, decoded in this one place because libnl 3.7 cannot, and the
 * library's own.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <netlink/attr.h>

#include "internal.h"

/**
 * mxw_error() - why the last call on a connection failed
 * @m: the connection
 *
 * Return: the reason; meaningful only after a call that returned an error, and until the next one.
 */
const struct mxw_error *mxw_error(const struct mxw *m)
{
	return &m->error;
}

/**
 * mxw_fail() - note an error of our own
 * @m: the connection
 * @code: negative errno
 * @fmt: one sentence
 *
 * Return: @code.
 */
int mxw_fail(struct mxw *m, int code, const char *fmt, ...)
{
	va_list args;

	m->error = (struct mxw_error){ .code = -code };
	va_start(args, fmt);
	vsnprintf(m->error.msg, sizeof(m->error.msg), fmt, args);
	va_end(args);
	return code;
}

static void name_attr(struct mxw *m, const struct mxw_object *object, unsigned int attr)
{
	size_t i;

	for (i = 0; object && i < object->nr_fields; i++)
		if (object->fields[i].attr == attr)
			snprintf(m->error.attr, sizeof(m->error.attr), "%s",
				 object->fields[i].name);
	if (!m->error.attr[0])
		snprintf(m->error.attr, sizeof(m->error.attr), "%u", attr);
}

/* The kernel's range checks say "integer out of range" and send the range beside it. */
static void append_range(struct mxw *m, struct nlattr *policy)
{
	struct nlattr *attrs[NL_POLICY_TYPE_ATTR_MAX + 1];
	size_t used = strlen(m->error.msg);
	unsigned long long min, max;

	if (nla_parse_nested(attrs, NL_POLICY_TYPE_ATTR_MAX, policy, NULL) < 0 ||
	    !attrs[NL_POLICY_TYPE_ATTR_MIN_VALUE_U] || !attrs[NL_POLICY_TYPE_ATTR_MAX_VALUE_U])
		return;
	min = nla_get_u64(attrs[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]);
	max = nla_get_u64(attrs[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]);
	snprintf(m->error.msg + used, sizeof(m->error.msg) - used,
		 ": allowed are %llu to %llu", min, max);
}

/**
 * mxw_parse_ext_ack() - note a refusal by the kernel
 * @m: the connection; the error's code is set already
 * @answer: the NLMSG_ERROR or NLMSG_DONE message
 * @skip: bytes of its payload before the attributes
 * @request: the message that was refused, to find the attribute at fault; may be NULL
 * @object: whose attributes the request carries; may be NULL
 */
void mxw_parse_ext_ack(struct mxw *m, struct nlmsghdr *answer, int skip, struct nlmsghdr *request,
		       const struct mxw_object *object)
{
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];

	m->error.from_kernel = true;
	m->error.attr[0] = '\0';
	snprintf(m->error.msg, sizeof(m->error.msg), "%s", strerror(m->error.code));
	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    nlmsg_parse(answer, skip, attrs, NLMSGERR_ATTR_MAX, NULL) < 0)
		return;

	if (attrs[NLMSGERR_ATTR_MSG])
		nla_strlcpy(m->error.msg, attrs[NLMSGERR_ATTR_MSG], sizeof(m->error.msg));
	if (attrs[NLMSGERR_ATTR_POLICY])
		append_range(m, attrs[NLMSGERR_ATTR_POLICY]);
	if (attrs[NLMSGERR_ATTR_OFFS] && request) {
		uint32_t offset = nla_get_u32(attrs[NLMSGERR_ATTR_OFFS]);

		if (offset >= NLMSG_HDRLEN + GENL_HDRLEN &&
		    offset + NLA_HDRLEN <= request->nlmsg_len)
			name_attr(m, object, nla_type((struct nlattr *)((char *)request + offset)));
	} else if (attrs[NLMSGERR_ATTR_MISS_TYPE]) {
		name_attr(m, object, nla_get_u32(attrs[NLMSGERR_ATTR_MISS_TYPE]));
	}
}
