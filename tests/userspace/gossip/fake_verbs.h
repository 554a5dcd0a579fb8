/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stands in for libibverbs and librdmacm, for what gossipd's plug-in uses of them: devices that are
 * made up, completions and events that a test decides on, and calls that fail when it wants. What
 * the kernel would refuse, as giving back what is in use, is remembered in @wrong.
 */
#ifndef FAKE_VERBS_H
#define FAKE_VERBS_H

#include <infiniband/verbs.h>
#include <netinet/in.h>
#include <rdma/rdma_cma.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_PORTS 12
#define FAKE_QUEUE 1024
#define FAKE_EVENTS 32
#define FAKE_GRH 40
#define FAKE_QKEY 0x0b1b
#define FAKE_BYTES 1232

/* Things that have to be given back. */
enum fake_kind {
	FAKE_CONTEXT, FAKE_CHANNEL, FAKE_ID, FAKE_PD, FAKE_MR, FAKE_COMP, FAKE_CQ, FAKE_QP, FAKE_AH,
	FAKE_JOIN, FAKE_KINDS,
};

/* Calls of the libraries. */
enum fake_call {
	FAKE_OPEN_DEVICE, FAKE_QUERY_PORT, FAKE_QUERY_GID, FAKE_ALLOC_PD, FAKE_REG_MR,
	FAKE_MAKE_COMP, FAKE_MAKE_CQ, FAKE_MAKE_QP, FAKE_MAKE_AH, FAKE_NOTIFY, FAKE_POST_RECV,
	FAKE_POST_SEND, FAKE_MAKE_CHANNEL, FAKE_MAKE_ID, FAKE_BIND, FAKE_ASK_JOIN,
	/* These fail by @fate alone. */
	FAKE_POLL, FAKE_LIST, FAKE_ADDRESSES, FAKE_CALLS,
};

struct fake_port;

/**
 * struct fake_context - an open device
 * @context: as the library has it
 * @device: of it, as it was when it was opened
 * @port: the first of the device
 * @generation: of the device when it was opened
 * @event: what it has to tell
 * @nr_events: of them
 * @users: ids that have it, if it is librdmacm's own
 * @inode: of its cmd_fd, likewise
 * @next: all that are open; those of librdmacm are by themselves
 */
struct fake_context {
	struct ibv_context context;
	struct ibv_device device;
	struct fake_port *port;
	uint32_t generation;
	struct ibv_async_event event[FAKE_EVENTS];
	int nr_events;
	int users;
	uint64_t inode;
	struct fake_context *next;
};

/**
 * struct fake_port - a port, alone on its device or beside others
 * @device: as the library has it
 * @of: the first port of the device, with its @device, @there, @generation and @cm
 * @number: from 1
 * @there: it is in the list
 * @generation: of the device: with another one, what was opened before is dead
 * @cm: what librdmacm has open of it, also of an earlier generation; NULL: nothing yet
 * @active: its port is
 * @ethernet: RoCE
 * @address: own
 * @qp: the queue pair on it; NULL: none
 * @id: that @qp is of
 * @serial: of @qp
 * @joined: what the join was marked with; NULL: there is none
 * @member: that was answered, and the answer taken
 * @refuse: joins are not answered
 * @mute: sends have no completions yet
 * @hung: likewise, until the queue pair is made anew
 * @broken: the queue pair is in its error state
 * @posted: buffers that were given, in their order, from @first on
 * @first: see @posted
 * @last: likewise
 * @received: completions, in their order
 * @received_first: see @received
 * @received_last: likewise
 * @sends: completions of what was sent
 * @sends_first: see @sends
 * @sends_last: likewise
 * @nr_sent: datagrams
 * @sent_bytes: of them
 * @sent: the last of them
 * @sent_len: of it
 * @sent_qpn: where to
 * @sent_qkey: with which key
 * @nr_refused: sends that failed at once
 * @nr_polled: completions of what was received, that were taken
 * @nr_dropped: datagrams for which there was no buffer
 */
struct fake_port {
	struct ibv_device device;
	struct fake_port *of;
	uint8_t number;
	bool there;
	uint32_t generation;
	struct fake_context *cm;
	bool active;
	bool ethernet;
	struct sockaddr_in address;
	struct ibv_qp *qp;
	struct rdma_cm_id *id;
	uint32_t serial;
	void *joined;
	bool member;
	bool refuse;
	bool mute;
	bool hung;
	bool broken;
	struct ibv_sge posted[FAKE_QUEUE];
	uint64_t posted_id[FAKE_QUEUE];
	uint32_t first;
	uint32_t last;
	struct ibv_wc received[FAKE_QUEUE];
	uint32_t received_first;
	uint32_t received_last;
	struct ibv_wc sends[FAKE_QUEUE];
	uint32_t sends_first;
	uint32_t sends_last;
	uint32_t nr_sent;
	uint64_t sent_bytes;
	uint8_t sent[FAKE_BYTES];
	size_t sent_len;
	uint32_t sent_qpn;
	uint32_t sent_qkey;
	uint32_t nr_refused;
	uint64_t nr_polled;
	uint64_t nr_dropped;
};

/**
 * struct fake_datagram - what comes in
 * @grh: in front of it
 * @bytes: it
 * @len: of it
 * @qpn: queue pair that it is from
 * @flags: of the completion
 * @status: of the completion
 */
struct fake_datagram {
	uint8_t grh[FAKE_GRH];
	const uint8_t *bytes;
	size_t len;
	uint32_t qpn;
	unsigned int flags;
	enum ibv_wc_status status;
};

/**
 * struct fake - the machine
 * @port: its devices
 * @contexts: open devices
 * @no_driver: not even the kernel's part that all share is loaded
 * @looks: times that it was looked for what there is
 * @live: things that are there, by enum fake_kind
 * @most: of them at once
 * @made: of them in all
 * @calls: that could have failed
 * @fail: number of the call that does; 0: none
 * @fate: asked at each call whether it fails; may be NULL
 * @join: somebody asks for the group; may be NULL
 * @wrong: what a library would not have allowed, the first time; NULL: nothing yet
 * @slow: address handles take until @go
 * @go: see @slow
 */
struct fake {
	struct fake_port port[FAKE_PORTS];
	struct fake_context *contexts;
	bool no_driver;
	uint32_t looks;
	int live[FAKE_KINDS];
	int most[FAKE_KINDS];
	int made[FAKE_KINDS];
	uint32_t calls;
	uint32_t fail;
	bool (*fate)(enum fake_call call);
	void (*join)(struct fake_port *port);
	const char *wrong;
	bool slow;
	sem_t go;
};

extern struct fake fake;

void fake_reset(size_t ports);
void fake_plug(struct fake_port *port);
bool fake_let_go(const struct fake_port *port);
void fake_second_port(size_t port);
int fake_live(void);
void fake_answer(struct fake_port *port, void *mark, int status);
void fake_joined(struct fake_port *port, int status);
void fake_cm_event(struct fake_port *port, enum rdma_cm_event_type what, int status);
void fake_async(struct fake_port *port, enum ibv_event_type event);
bool fake_receive(struct fake_port *port, const struct fake_datagram *datagram);
bool fake_deliver(struct fake_port *port, uint32_t host, uint32_t qpn, bool group,
		  const uint8_t *bytes, size_t len);
void fake_complete(struct fake_port *port, enum ibv_wc_status status);
void fake_break(struct fake_port *port);
union ibv_gid fake_gid(uint32_t host);
int fake_ready(int fd);

/* For those that share the machine. */
struct fake_pd {
	struct ibv_pd pd;
	int users;
};

struct fake_cq {
	struct ibv_cq cq;
	struct fake_port *port;
	int users;
	int unacked;
	bool armed;
};

struct fake_comp {
	struct ibv_comp_channel channel;
	struct fake_cq *cq;
	int events;
	uint32_t generation;
	struct fake_comp *next;
};

bool fake_fails(enum fake_call call);
int fake_error(void);
void fake_wrong(const char *what);
void fake_new(enum fake_kind kind);
void fake_gone(enum fake_kind kind);
void fake_ring(int fd);
bool fake_heard(int fd);
int fake_cm_ready(int fd);
struct fake_context *fake_context_new(struct fake_port *of);
bool fake_dead(const struct ibv_context *context);
struct ibv_context *fake_hold(struct fake_port *of);
void fake_unhold(struct ibv_context *context);
void fake_hold_reset(void);
bool fake_is_let_go(const struct ibv_context *context);
void fake_qp_setup(struct fake_port *port, struct ibv_qp *qp);

#endif /* FAKE_VERBS_H */
