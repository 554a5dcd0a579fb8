/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The messages that malformed.c sends: each has one mistake, and the errno and words with which it
 * has to be refused.
 */
#ifndef MAXWELL_TEST_MALFORMED_H
#define MAXWELL_TEST_MALFORMED_H

#include "genl.h"

/* One attribute; @len is what its header says, if that shall not be the truth. */
struct attr {
	uint16_t type;
	const void *data;
	size_t size;
	uint16_t len;
};

#define U32(type, value) { (type), &(uint32_t){ (value) }, 4, 0 }
#define U16(type, value) { (type), &(uint16_t){ (value) }, 2, 0 }
#define U64(type, value) { (type), &(uint64_t){ (value) }, 8, 0 }
#define TEXT(type, text) { (type), (text), sizeof(text), 0 }
#define BYTES(type, text) { (type), (text), sizeof(text) - 1, 0 }
#define EMPTY(type) { (type), "", 0, 0 }

#define KIND U32(MAXWELL_A_PRICE_KIND, MAXWELL_PRICE_KIND_LOCAL)
#define MULTIPLIER U32(MAXWELL_A_PRICE_MULTIPLIER, 3 * MAXWELL_MULTIPLIER_ONE)
#define CPUS(text) TEXT(MAXWELL_A_PRICE_CPUS, text)
#define PID U32(MAXWELL_A_BID_PID, PID_OF_VICTIM)
#define BID U32(MAXWELL_A_BID_BID, 5)
/* Stands for the victim's pid until the message is made. */
#define PID_OF_VICTIM 0xfffffff1
#define ATTRS_MAX 6

#define NAME TEXT(MAXWELL_A_WALLET_NAME, VICTIMS_WALLET)
#define NEW_NAME TEXT(MAXWELL_A_WALLET_NAME, "new")
#define INCOME U32(MAXWELL_A_WALLET_INCOME, 7)
#define CAP U64(MAXWELL_A_WALLET_CAP_NANOCENTS, 1)
#define HALF_LIFE U32(MAXWELL_A_WALLET_HALF_LIFE_MS, 9)
#define AMOUNT U64(MAXWELL_A_WALLET_AMOUNT_NANOCENTS, 1)
#define TO_UID U32(MAXWELL_A_WALLET_TO_UID, 65534)
#define TO_PID U32(MAXWELL_A_WALLET_TO_PID, PID_OF_VICTIM)
#define TO_CGROUP(id) U64(MAXWELL_A_WALLET_TO_CGROUP, id)
#define UNLIMITED EMPTY(MAXWELL_A_WALLET_UNLIMITED)
/* Made by malformed.c with a balance of 0, so that nothing but a mistake changes it. */
#define VICTIMS_WALLET "victims"
#define VICTIMS_CAP 1000000ULL

struct mistake {
	const char *name;
	uint8_t cmd;
	uint16_t flags;
	struct attr attrs[ATTRS_MAX];
	int code;
	const char *text;
};

#define PRICE_SET MAXWELL_CMD_PRICE_SET, 0
#define PRICE_GET MAXWELL_CMD_PRICE_GET, NLM_F_DUMP
#define BID_SET MAXWELL_CMD_BID_SET, 0
#define BID_GET MAXWELL_CMD_BID_GET, 0
#define DEMAND_GET MAXWELL_CMD_DEMAND_GET, NLM_F_DUMP
#define WALLET_NEW MAXWELL_CMD_WALLET_NEW, 0
#define WALLET_SET MAXWELL_CMD_WALLET_SET, 0
#define WALLET_DEL MAXWELL_CMD_WALLET_DEL, 0
#define WALLET_FUND MAXWELL_CMD_WALLET_FUND, 0
#define WALLET_GRANT MAXWELL_CMD_WALLET_GRANT, 0
#define WALLET_REVOKE MAXWELL_CMD_WALLET_REVOKE, 0
#define WALLET_GET MAXWELL_CMD_WALLET_GET, 0

static const struct mistake mistakes[] = {
	{ "no kind", PRICE_SET, { MULTIPLIER }, EINVAL, "kind is missing" },
	{ "no multiplier", PRICE_SET, { KIND }, EINVAL, "multiplier is missing" },
	{ "nothing at all", PRICE_SET, { }, EINVAL, "kind is missing" },
	{ "kind out of range", PRICE_SET, { U32(MAXWELL_A_PRICE_KIND, 3), MULTIPLIER }, ERANGE,
	  "integer out of range" },
	{ "multiplier too small", PRICE_SET,
	  { KIND, U32(MAXWELL_A_PRICE_MULTIPLIER, MAXWELL_MULTIPLIER_MIN - 1) }, ERANGE,
	  "integer out of range" },
	{ "multiplier 0", PRICE_SET, { KIND, U32(MAXWELL_A_PRICE_MULTIPLIER, 0) }, ERANGE,
	  "integer out of range" },
	{ "lease too long", PRICE_SET,
	  { KIND, MULTIPLIER, U32(MAXWELL_A_PRICE_LEASE_MS, 86400001) }, ERANGE,
	  "integer out of range" },
	{ "kind of 2 bytes", PRICE_SET, { U16(MAXWELL_A_PRICE_KIND, 0), MULTIPLIER }, EINVAL,
	  "invalid attribute length" },
	{ "kind of 0 bytes", PRICE_SET, { EMPTY(MAXWELL_A_PRICE_KIND), MULTIPLIER }, EINVAL,
	  "invalid attribute length" },
	{ "multiplier of 8 bytes", PRICE_SET,
	  { KIND, U64(MAXWELL_A_PRICE_MULTIPLIER, MAXWELL_MULTIPLIER_ONE) }, EINVAL,
	  "invalid attribute length" },
	{ "slope of 8 bytes", PRICE_SET, { KIND, MULTIPLIER, U64(MAXWELL_A_PRICE_SLOPE, 1) },
	  EINVAL, "invalid attribute length" },
	{ "text for a multiplier", PRICE_SET, { KIND, TEXT(MAXWELL_A_PRICE_MULTIPLIER, "1.25") },
	  EINVAL, "invalid attribute length" },
	{ "multiplier as a nest", PRICE_SET,
	  { KIND, U32(MAXWELL_A_PRICE_MULTIPLIER | NLA_F_NESTED, MAXWELL_MULTIPLIER_ONE) }, EINVAL,
	  "NLA_F_NESTED not expected" },
	{ "CPU list without an end", PRICE_SET,
	  { KIND, MULTIPLIER, BYTES(MAXWELL_A_PRICE_CPUS, "0-1") }, EINVAL, "" },
	{ "CPU list of nothing", PRICE_SET, { KIND, MULTIPLIER, EMPTY(MAXWELL_A_PRICE_CPUS) },
	  EINVAL, "" },
	{ "empty CPU list", PRICE_SET, { KIND, MULTIPLIER, CPUS("") }, EINVAL,
	  "the CPU list is empty" },
	{ "CPU list of a word", PRICE_SET, { KIND, MULTIPLIER, CPUS("x") }, EINVAL,
	  "not a CPU list below 2" },
	{ "CPU list cut short", PRICE_SET, { KIND, MULTIPLIER, CPUS("0-") }, EINVAL,
	  "not a CPU list below 2" },
	{ "CPU list backwards", PRICE_SET, { KIND, MULTIPLIER, CPUS("1-0") }, EINVAL,
	  "not a CPU list below 2" },
	{ "negative CPU", PRICE_SET, { KIND, MULTIPLIER, CPUS("-1") }, EINVAL,
	  "not a CPU list below 2" },
	{ "CPU beyond possible", PRICE_SET, { KIND, MULTIPLIER, CPUS("0,2") }, EINVAL,
	  "not a CPU list below 2" },
	{ "CPU beyond numbers", PRICE_SET, { KIND, MULTIPLIER, CPUS("99999999999999999999") },
	  EINVAL, "not a CPU list below 2" },
	{ "unknown attribute", PRICE_SET, { KIND, MULTIPLIER, U32(99, 1) }, EINVAL,
	  "Unknown attribute type" },
	{ "attribute of type 0", PRICE_SET, { KIND, MULTIPLIER, U32(0, 1) }, EINVAL, "" },
	{ "attribute of the reply", PRICE_SET,
	  { KIND, MULTIPLIER, U32(MAXWELL_A_PRICE_VALUE, MAXWELL_MULTIPLIER_ONE) }, EINVAL,
	  "Unknown attribute type" },
	{ "attribute beyond the end", PRICE_SET,
	  { KIND, { MAXWELL_A_PRICE_MULTIPLIER, &(uint32_t){ 1 << 17 }, 4, 200 } }, EINVAL,
	  "leftover" },
	{ "attribute shorter than its header", PRICE_SET,
	  { KIND, { MAXWELL_A_PRICE_MULTIPLIER, &(uint32_t){ 1 << 17 }, 4, 3 } }, EINVAL,
	  "leftover" },
	{ "attribute of length 0", PRICE_SET,
	  { { MAXWELL_A_PRICE_KIND, &(uint32_t){ 0 }, 4, 0xffff }, MULTIPLIER }, EINVAL,
	  "leftover" },

	{ "nothing to set", BID_SET, { PID }, EINVAL, "nothing to set" },
	{ "bid and default", BID_SET, { PID, BID, EMPTY(MAXWELL_A_BID_USE_DEFAULT) }, EINVAL,
	  "exclude each other" },
	{ "a flag with a value", BID_SET, { PID, U32(MAXWELL_A_BID_USE_DEFAULT, 1) }, ERANGE,
	  "policy validation" },
	{ "pid 0", BID_SET, { U32(MAXWELL_A_BID_PID, 0), BID }, ERANGE, "integer out of range" },
	{ "nobody's pid", BID_SET, { U32(MAXWELL_A_BID_PID, 4194303), BID }, ESRCH,
	  "no thread has the id 4194303" },
	{ "a pid beyond all", BID_SET, { U32(MAXWELL_A_BID_PID, 0xffffffff), BID }, ESRCH,
	  "no thread has the id" },
	{ "a task of the fair class", BID_SET, { U32(MAXWELL_A_BID_PID, 1), BID }, ESRCH,
	  "thread 1 is not under the class" },
	{ "book out of range", BID_SET, { PID, U32(MAXWELL_A_BID_BOOK, 2) }, ERANGE,
	  "integer out of range" },
	{ "bid of 8 bytes", BID_SET, { PID, U64(MAXWELL_A_BID_BID, 1) }, EINVAL,
	  "invalid attribute length" },
	{ "pid of 2 bytes", BID_SET, { U16(MAXWELL_A_BID_PID, 1), BID }, EINVAL,
	  "invalid attribute length" },
	{ "attribute of the account", BID_SET, { PID, BID, U32(MAXWELL_A_BID_STATE, 1) }, EINVAL,
	  "Unknown attribute type" },
	{ "bid cut short", BID_SET, { PID, { MAXWELL_A_BID_BID, &(uint32_t){ 9 }, 4, 40 } }, EINVAL,
	  "leftover" },

	{ "bid-get of pid 0", BID_GET, { U32(MAXWELL_A_BID_PID, 0) }, ERANGE,
	  "integer out of range" },
	{ "bid-get with a bid", BID_GET, { PID, BID }, EINVAL, "Unknown attribute type" },
	{ "bid-get of the fair class", BID_GET, { U32(MAXWELL_A_BID_PID, 1) }, ESRCH,
	  "thread 1 is not under the class" },
	{ "price-get of a word", PRICE_GET, { CPUS("some") }, EINVAL, "not a CPU list below 2" },
	{ "price-get with a kind", PRICE_GET, { KIND }, EINVAL, "Unknown attribute type" },
	{ "demand-get of no CPU", DEMAND_GET, { TEXT(MAXWELL_A_DEMAND_CPUS, "") }, EINVAL,
	  "the CPU list is empty" },
	{ "demand-get beyond possible", DEMAND_GET, { TEXT(MAXWELL_A_DEMAND_CPUS, "0-7") }, EINVAL,
	  "not a CPU list below 2" },

	{ "wallet without a name", WALLET_NEW, { INCOME }, EINVAL, "name is missing" },
	{ "empty name", WALLET_NEW, { TEXT(MAXWELL_A_WALLET_NAME, ""), INCOME }, EINVAL,
	  "the name is empty" },
	{ "name with a space", WALLET_NEW, { TEXT(MAXWELL_A_WALLET_NAME, "a b"), INCOME }, EINVAL,
	  "a name has letters, digits" },
	{ "name of a default wallet", WALLET_NEW, { TEXT(MAXWELL_A_WALLET_NAME, "uid:7"), INCOME },
	  EINVAL, "a name has letters, digits" },
	{ "name beyond ASCII", WALLET_NEW, { TEXT(MAXWELL_A_WALLET_NAME, "\303\244"), INCOME },
	  EINVAL, "a name has letters, digits" },
	{ "name with an escape sequence", WALLET_NEW,
	  { TEXT(MAXWELL_A_WALLET_NAME, "\033[2J"), INCOME }, EINVAL,
	  "a name has letters, digits" },
	{ "name of 32 bytes", WALLET_NEW,
	  { TEXT(MAXWELL_A_WALLET_NAME, "12345678901234567890123456789012"), INCOME }, EINVAL,
	  "policy validation" },
	{ "name without an end", WALLET_NEW, { BYTES(MAXWELL_A_WALLET_NAME, "new"), INCOME },
	  EINVAL, "" },
	{ "name that is taken", WALLET_NEW, { NAME, INCOME }, EEXIST,
	  "there is a wallet named 'victims' already" },
	{ "wallet without an income", WALLET_NEW, { NEW_NAME }, EINVAL, "income is missing" },
	{ "cap without an income", WALLET_NEW, { NEW_NAME, CAP }, EINVAL, "income is missing" },
	{ "half-life without an income", WALLET_NEW, { NEW_NAME, HALF_LIFE }, EINVAL,
	  "income is missing" },
	{ "unlimited with an income", WALLET_NEW, { NEW_NAME, UNLIMITED, INCOME }, EINVAL,
	  "unlimited excludes" },
	{ "unlimited with a cap", WALLET_NEW, { NEW_NAME, UNLIMITED, CAP }, EINVAL,
	  "unlimited excludes" },
	{ "unlimited with a half-life", WALLET_NEW, { NEW_NAME, UNLIMITED, HALF_LIFE }, EINVAL,
	  "unlimited excludes" },
	{ "unlimited with a value", WALLET_NEW, { NEW_NAME, U32(MAXWELL_A_WALLET_UNLIMITED, 1) },
	  ERANGE, "policy validation" },
	{ "income too large", WALLET_NEW,
	  { NEW_NAME, U32(MAXWELL_A_WALLET_INCOME, MAXWELL_WALLET_INCOME_MAX + 1) }, ERANGE,
	  "integer out of range" },
	{ "cap too large", WALLET_NEW,
	  { NEW_NAME, INCOME, U64(MAXWELL_A_WALLET_CAP_NANOCENTS, MAXWELL_WALLET_CAP_MAX + 1) },
	  ERANGE, "integer out of range" },
	{ "cap of 2 bytes", WALLET_NEW,
	  { NEW_NAME, INCOME, U16(MAXWELL_A_WALLET_CAP_NANOCENTS, 1) }, EINVAL,
	  "invalid attribute length" },
	{ "no user", WALLET_NEW, { NEW_NAME, INCOME, U32(MAXWELL_A_WALLET_UID, 0xffffffff) },
	  EINVAL, "no user has the id 4294967295" },
	{ "wallet with a kind", WALLET_NEW, { NEW_NAME, INCOME, U32(MAXWELL_A_WALLET_KIND, 0) },
	  EINVAL, "Unsupported attribute" },
	{ "wallet with an id", WALLET_NEW, { U32(MAXWELL_A_WALLET_ID, 9), NEW_NAME, INCOME },
	  EINVAL, "Unsupported attribute" },
	{ "wallet with a balance", WALLET_NEW,
	  { NEW_NAME, INCOME, U64(MAXWELL_A_WALLET_BALANCE_NANOCENTS, 1) }, EINVAL,
	  "Unknown attribute type" },

	{ "terms of no wallet", WALLET_SET, { INCOME }, EINVAL, "Give its id or its name" },
	{ "id and name", WALLET_SET, { U32(MAXWELL_A_WALLET_ID, 1), NAME, INCOME }, EINVAL,
	  "id and name exclude each other" },
	{ "id 0", WALLET_SET, { U32(MAXWELL_A_WALLET_ID, 0), INCOME }, ERANGE,
	  "integer out of range" },
	{ "unknown id", WALLET_SET, { U32(MAXWELL_A_WALLET_ID, 4294967295), INCOME }, ENOENT,
	  "no wallet has the id 4294967295" },
	{ "unknown name", WALLET_SET, { NEW_NAME, INCOME }, ENOENT,
	  "no wallet has the name 'new'" },
	{ "no terms", WALLET_SET, { NAME }, EINVAL, "nothing to set" },
	{ "set to unlimited with a cap", WALLET_SET, { NAME, UNLIMITED, CAP }, EINVAL,
	  "unlimited excludes" },
	{ "limit the common wallet", WALLET_SET, { U32(MAXWELL_A_WALLET_ID, 1), INCOME }, EPERM,
	  "stays unlimited" },
	{ "set an owner", WALLET_SET, { NAME, U32(MAXWELL_A_WALLET_UID, 1), INCOME }, EINVAL,
	  "Unsupported attribute" },
	{ "set to an income too large", WALLET_SET,
	  { NAME, U32(MAXWELL_A_WALLET_INCOME, 0xffffffff) }, ERANGE, "integer out of range" },

	{ "delete no wallet", WALLET_DEL, { }, EINVAL, "Give its id or its name" },
	{ "delete an unknown wallet", WALLET_DEL, { NEW_NAME }, ENOENT, "no wallet has the name" },
	{ "delete the common wallet", WALLET_DEL, { U32(MAXWELL_A_WALLET_ID, 1) }, EPERM,
	  "'common' was not made by wallet-new" },
	{ "delete with terms", WALLET_DEL, { NAME, INCOME }, EINVAL, "Unknown attribute type" },

	{ "fund with nothing", WALLET_FUND, { NAME }, EINVAL, "amount-nanocents is missing" },
	{ "fund with 0", WALLET_FUND, { NAME, U64(MAXWELL_A_WALLET_AMOUNT_NANOCENTS, 0) }, ERANGE,
	  "integer out of range" },
	{ "fund with too much", WALLET_FUND,
	  { NAME, U64(MAXWELL_A_WALLET_AMOUNT_NANOCENTS, MAXWELL_WALLET_CAP_MAX + 1) }, ERANGE,
	  "integer out of range" },
	{ "fund beyond the cap", WALLET_FUND,
	  { NAME, U64(MAXWELL_A_WALLET_AMOUNT_NANOCENTS, VICTIMS_CAP + 1) }, EDQUOT,
	  "more than the cap leaves room for, 1000000 nanocents" },
	{ "fund the unlimited", WALLET_FUND, { U32(MAXWELL_A_WALLET_ID, 1), AMOUNT }, EINVAL,
	  "the wallet is unlimited" },
	{ "fund no wallet", WALLET_FUND, { AMOUNT }, EINVAL, "Give its id or its name" },
	{ "fund an unknown wallet", WALLET_FUND, { NEW_NAME, AMOUNT }, ENOENT,
	  "no wallet has the name" },

	{ "grant to nobody", WALLET_GRANT, { NAME }, EINVAL, "give exactly one of" },
	{ "grant to two", WALLET_GRANT, { NAME, TO_UID, TO_PID }, EINVAL, "give exactly one of" },
	{ "grant to all three", WALLET_GRANT, { NAME, TO_UID, TO_PID, TO_CGROUP(1) }, EINVAL,
	  "give exactly one of" },
	{ "grant of no wallet", WALLET_GRANT, { TO_UID }, EINVAL, "Give its id or its name" },
	{ "grant of an unknown wallet", WALLET_GRANT, { NEW_NAME, TO_UID }, ENOENT,
	  "no wallet has the name" },
	{ "grant to no user", WALLET_GRANT, { NAME, U32(MAXWELL_A_WALLET_TO_UID, 0xffffffff) },
	  EINVAL, "no user has the id 4294967295" },
	{ "grant to pid 0", WALLET_GRANT, { NAME, U32(MAXWELL_A_WALLET_TO_PID, 0) }, ERANGE,
	  "integer out of range" },
	{ "grant to nobody's pid", WALLET_GRANT, { NAME, U32(MAXWELL_A_WALLET_TO_PID, 4194303) },
	  ESRCH, "no thread has the id 4194303" },
	{ "grant to a task of the fair class", WALLET_GRANT,
	  { NAME, U32(MAXWELL_A_WALLET_TO_PID, 1) }, ESRCH, "not under the class" },
	{ "grant to cgroup 0", WALLET_GRANT, { NAME, TO_CGROUP(0) }, ERANGE,
	  "integer out of range" },
	{ "grant to no cgroup", WALLET_GRANT, { NAME, TO_CGROUP(~0ULL) }, ENOENT,
	  "no cgroup (v2) has the id 18446744073709551615" },

	{ "revoke nothing", WALLET_REVOKE, { }, EINVAL, "give exactly one of" },
	{ "revoke two", WALLET_REVOKE, { TO_UID, TO_CGROUP(1) }, EINVAL, "give exactly one of" },
	{ "revoke by name", WALLET_REVOKE, { NAME, TO_UID }, EINVAL, "Unsupported attribute" },
	{ "revoke what was not granted", WALLET_REVOKE, { TO_UID }, ENOENT,
	  "no wallet is granted to it" },
	{ "revoke from no cgroup", WALLET_REVOKE, { TO_CGROUP(~0ULL) }, ENOENT,
	  "no wallet is granted to it" },
	{ "revoke from a task of the fair class", WALLET_REVOKE,
	  { U32(MAXWELL_A_WALLET_TO_PID, 1) }, ESRCH, "not under the class" },

	{ "wallet-get by id and name", WALLET_GET, { U32(MAXWELL_A_WALLET_ID, 1), NAME }, EINVAL,
	  "id and name exclude each other" },
	{ "wallet-get by name and thread", WALLET_GET, { NAME, TO_PID }, EINVAL,
	  "to-pid excludes id and name" },
	{ "wallet-get of an unknown wallet", WALLET_GET, { NEW_NAME }, ENOENT,
	  "no wallet has the name 'new'" },
	{ "wallet-get of a user", WALLET_GET, { TO_UID }, EINVAL, "Unsupported attribute" },
	{ "wallet-new as a dump", MAXWELL_CMD_WALLET_NEW, NLM_F_DUMP, { NEW_NAME, INCOME },
	  EOPNOTSUPP, "" },
	{ "grant-get as a single request", MAXWELL_CMD_GRANT_GET, 0, { }, EOPNOTSUPP, "" },
	{ "gpu-get as a single request", MAXWELL_CMD_GPU_GET, 0, { }, EOPNOTSUPP, "" },
	{ "the command of a wallet's event", MAXWELL_CMD_WALLET_NTF, 0, { }, EOPNOTSUPP, "" },

	{ "unknown command", 99, 0, { }, EOPNOTSUPP, "" },
	{ "the command of an event", MAXWELL_CMD_PRICE_NTF, 0, { }, EOPNOTSUPP, "" },
	{ "price-get as a single request", MAXWELL_CMD_PRICE_GET, 0, { }, EOPNOTSUPP, "" },
	{ "class-get as a dump", MAXWELL_CMD_CLASS_GET, NLM_F_DUMP, { }, EOPNOTSUPP, "" },
	{ "price-set as a dump", MAXWELL_CMD_PRICE_SET, NLM_F_DUMP, { KIND, MULTIPLIER },
	  EOPNOTSUPP, "" },
	{ "reserved flags", MAXWELL_CMD_PRICE_SET, NLM_F_CREATE, { KIND, MULTIPLIER }, EINVAL,
	  "nlmsg_flags" },
};

#endif /* MAXWELL_TEST_MALFORMED_H */
