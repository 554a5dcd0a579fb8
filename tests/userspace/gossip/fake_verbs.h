/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stands in for libibverbs and librdmacm, for what gossipd's plug-in uses of them: devices that are
 * made up, completions and events that a test decides on, and calls that fail when it wants.
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

#define FAKE_PORTS 3
#define FAKE_QUEUE 1024
#define FAKE_QKEY 0x0b1b
#define FAKE_BYTES 1232

/* Things that have to be given back. */
enum fake_kind {
	FAKE_CONTEXT, FAKE_CHANNEL, FAKE_ID, FAKE_PD, FAKE_MR, FAKE_COMP, FAKE_CQ, FAKE_QP, FAKE_AH,
	FAKE_JOIN, FAKE_KINDS,
};

/**
 * struct fake_port - a device with one port
 * @device: as the library has it
 * @context: of all that open it
 * @there: it is in the list
 * @active: its port is
 * @ethernet: RoCE
 * @address: own
 * @qp: the queue pair on it; NULL: none
 * @id: that @qp is of
 * @joined: what the join was marked with; NULL: there is none
 * @refuse: joins are
 * @mute: sends have no completions yet
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
 * @sent: the last of them
 * @sent_len: of it
 * @sent_qpn: where to
 * @sent_qkey: with which key
 */
struct fake_port {
	struct ibv_device device;
	struct ibv_context context;
	bool there;
	bool active;
	bool ethernet;
	struct sockaddr_in address;
	struct ibv_qp *qp;
	struct rdma_cm_id *id;
	void *joined;
	bool refuse;
	bool mute;
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
	uint8_t sent[FAKE_BYTES];
	size_t sent_len;
	uint32_t sent_qpn;
	uint32_t sent_qkey;
};

/**
 * struct fake - the machine
 * @port: its devices
 * @live: things that are there, by enum fake_kind
 * @most: of them at once
 * @made: of them in all
 * @calls: that could have failed
 * @fail: number of the call that does; 0: none
 * @slow: address handles take until @go
 * @go: see @slow
 */
struct fake {
	struct fake_port port[FAKE_PORTS];
	int live[FAKE_KINDS];
	int most[FAKE_KINDS];
	int made[FAKE_KINDS];
	uint32_t calls;
	uint32_t fail;
	bool slow;
	sem_t go;
};

extern struct fake fake;

void fake_reset(size_t ports);
int fake_live(void);
void fake_joined(struct fake_port *port, int status);
void fake_cm_event(struct fake_port *port, enum rdma_cm_event_type what, int status);
void fake_async(struct fake_port *port, enum ibv_event_type event);
bool fake_deliver(struct fake_port *port, uint32_t host, uint32_t qpn, bool group,
		  const uint8_t *bytes, size_t len);
void fake_complete(struct fake_port *port, enum ibv_wc_status status);
union ibv_gid fake_gid(uint32_t host);

/* For those that share the machine. */
bool fake_fails(void);
void fake_new(enum fake_kind kind);
void fake_gone(enum fake_kind kind);
void fake_ring(int fd);
bool fake_heard(int fd);
struct fake_port *fake_port_of(const struct ibv_context *context);

#endif /* FAKE_VERBS_H */
