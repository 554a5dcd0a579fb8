/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the plug-in for InfiniBand share.
 *
 * A rail is one port of one device. What to do with it, and when, is decided in rails.h; here is
 * what is done, and what is told to it. All is called by the loop. What is told during a call of
 * the daemon's takes effect at once, but nothing is closed before that call has ended.
 */
#ifndef GOSSIPD_IB_H
#define GOSSIPD_IB_H

#include <infiniband/verbs.h>
#include <rdma/rdma_cma.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "hca_list.h"
#include "link.h"
#include "rails.h"

/* In front of each datagram that is received, whether there is one or not. */
#define IB_GRH_BYTES 40
/* Datagrams on their way out, of a rail. */
#define IB_SENDS 64
/* Nodes that can be sent to by themselves, of a rail; the one longest not sent to makes room. */
#define IB_HANDLES 64
/* Datagrams that are looked at in one go, so that timers and sockets get their turn. */
#define IB_GO 256
#define IB_BATCH 16
#define IB_DEVICES_MAX 8
#define IB_PORTS_MAX 64
#define IB_HELD_MAX 64
/* Source GID, queue pair, LID, and the own rail that it was heard on. */
#define IB_ADDR_BYTES 22
#define IB_ADDR_QPN 16
#define IB_ADDR_LID 19
#define IB_ADDR_RAIL 21

_Static_assert(IB_ADDR_BYTES <= GOSSIP_ADDR_BYTES, "an address has to fit");
_Static_assert(RAILS_MAX == LINK_RAILS_MAX, "all rails are to be seen");

/**
 * struct ib_port - a port of a device
 * @device: its name
 * @port: from 1
 */
struct ib_port {
	char device[IBV_SYSFS_NAME_MAX];
	uint8_t port;
};

/**
 * struct ib_watch - a file descriptor that the loop looks at; has a memory of its own, as the loop
 *	lets go of it later than we do
 * @poll: of the loop
 * @readable: called when there is something, or if there will be nothing any more
 * @ctx: given to it
 * @link: whose
 */
struct ib_watch {
	uv_poll_t poll;
	void (*readable)(void *ctx, bool ended);
	void *ctx;
	struct link *link;
};

/**
 * struct ib_handle - a node that can be sent to
 * @to: as in struct gossip_addr
 * @ah: address handle of the device; NULL: it is free
 * @used: when, by struct ib_rail.uses
 */
struct ib_handle {
	uint8_t to[IB_ADDR_BYTES];
	struct ibv_ah *ah;
	uint64_t used;
};

/**
 * struct ib_resolver - makes an address handle in a thread, since the kernel may have to ask the
 *	network first, and waits for the answer
 * @work: of the loop
 * @link: whose
 * @rail: that waits for it; NULL: it was closed in the meantime
 * @pd: that it is made in
 * @id: that @pd is of; both are given back here if the rail was closed
 * @attr: where to
 * @to: the same
 * @ah: what came of it
 */
struct ib_resolver {
	uv_work_t work;
	struct link *link;
	struct ib_rail *rail;
	struct ibv_pd *pd;
	struct rdma_cm_id *id;
	struct ibv_ah_attr attr;
	uint8_t to[IB_ADDR_BYTES];
	struct ibv_ah *ah;
};

/**
 * struct ib_rail - a port
 * @link: whose
 * @index: of it in struct rails
 * @device: its name; empty: the rail is not used
 * @port: of the device, from 1
 * @told: what people were told of it last
 * @why: what was wrong last
 * @address: that it was opened with
 * @id: connection manager's; NULL: it is closed
 * @pd: with all that follows
 * @channel: says when something has come
 * @receives: completions of what was received
 * @sends: and of what was sent, looked at when something is sent
 * @mr: of @bytes
 * @bytes: registered with the device: buffers to receive, then those to send
 * @bytes_len: of it
 * @slot_bytes: of a buffer to receive
 * @nr_buffers: of them
 * @free_sends: buffers to send that are not on their way
 * @nr_free: of them
 * @watch: of @channel
 * @more: a go ended before all was looked at
 * @waiting: that were looked at since there was nothing to look at
 * @sent_ns: when something that was sent has gone, or began to wait for that
 * @group: handle of the group; NULL: it is not joined
 * @group_qpn: of the group
 * @qkey: of the group, and of all that are in it
 * @mlid: of the group
 * @gid: own
 * @gid_index: of it
 * @ethernet: RoCE
 * @lid: own
 * @mtu_bytes: longest datagram
 * @sl: service level of the group
 * @open_serial: of the action
 * @join_serial: likewise
 * @joining: the group was asked for, and not left since
 * @handles: nodes
 * @uses: of them
 * @resolver: at work; NULL: none is
 * @counters: by enum link_counter
 */
struct ib_rail {
	struct link *link;
	uint8_t index;
	char device[IBV_SYSFS_NAME_MAX];
	uint8_t port;
	enum rail_state told;
	char why[LINK_WHY_LEN];
	union config_addr address;
	struct rdma_cm_id *id;
	struct ibv_pd *pd;
	struct ibv_comp_channel *channel;
	struct ibv_cq *receives;
	struct ibv_cq *sends;
	struct ibv_mr *mr;
	uint8_t *bytes;
	size_t bytes_len;
	uint32_t slot_bytes;
	uint32_t nr_buffers;
	uint8_t free_sends[IB_SENDS];
	uint32_t nr_free;
	struct ib_watch *watch;
	bool more;
	uint32_t waiting;
	uint64_t sent_ns;
	struct ibv_ah *group;
	uint32_t group_qpn;
	uint32_t qkey;
	uint16_t mlid;
	union ibv_gid gid;
	uint8_t gid_index;
	bool ethernet;
	uint16_t lid;
	uint32_t mtu_bytes;
	uint8_t sl;
	uint32_t open_serial;
	uint32_t join_serial;
	bool joining;
	struct ib_handle handles[IB_HANDLES];
	uint64_t uses;
	struct ib_resolver *resolver;
	uint64_t counters[LINK_COUNTERS];
};

/**
 * struct ib_device - a device that is looked at: whether it and its ports are well
 * @link: whose
 * @context: of it; NULL: the place is free
 * @watch: of its events
 * @seen: it was there when the devices were looked for last
 * @name: of the last device in this place
 * @removed: it is being removed, which waits for us
 * @again_ns: not to be opened before, as what is being removed is still to be seen
 */
struct ib_device {
	struct link *link;
	struct ibv_context *context;
	struct ib_watch *watch;
	bool seen;
	char name[IBV_SYSFS_NAME_MAX];
	bool removed;
	uint64_t again_ns;
};

/**
 * struct ib_held - a device that librdmacm has open, see hold.c
 * @name: of it; empty: the place is free
 * @cmd_fd: of the library's own context
 * @async_fd: likewise
 * @inode: of @cmd_fd, to know it again
 * @number: likewise
 */
struct ib_held {
	char name[IBV_SYSFS_NAME_MAX];
	int cmd_fd;
	int async_fd;
	ino_t inode;
	dev_t number;
};

/**
 * struct link - all of it
 * @loop: the daemon's
 * @config: a copy, without its texts
 * @wanted: ports that may be rails
 * @user: who wants the datagrams
 * @group: address of it
 * @channel: of the connection manager; NULL: there is none yet
 * @cm: watch of it
 * @rails: what to do
 * @rail: by the same index
 * @device: devices of the rails
 * @held: devices that librdmacm has open
 * @waiting: no port was there yet
 * @timer: until rails want to do something
 * @scan: between two searches for devices
 * @more: rails that have something to look at have it without waiting
 * @up: as the user knows it
 * @no_rail: datagrams that no rail was up for
 * @live: watches, handles and threads that the loop still has
 * @closing: the memory is given back when those are gone
 */
struct link {
	uv_loop_t *loop;
	struct config_infiniband config;
	struct hca_list wanted;
	struct link_user user;
	union config_addr group;
	struct rdma_event_channel *channel;
	struct ib_watch *cm;
	struct rails rails;
	struct ib_rail rail[RAILS_MAX];
	struct ib_device device[IB_DEVICES_MAX];
	struct ib_held held[IB_HELD_MAX];
	bool waiting;
	uv_timer_t timer;
	uv_timer_t scan;
	uv_idle_t more;
	bool up;
	uint64_t no_rail;
	uint32_t live;
	bool closing;
};

/* watch.c */
struct ib_watch *ib_watch_start(struct link *link, int fd,
				void (*readable)(void *ctx, bool ended), void *ctx);
void ib_watch_stop(struct ib_watch *watch);
void ib_gone(struct link *link);

/* drive.c */
void ib_log(const struct link *link, enum link_log level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void ib_why(struct ib_rail *rail, const char *what, int err);
const char *ib_name(const struct ib_rail *rail, char text[LINK_NAME_LEN]);
void ib_tell(struct link *link, uint8_t rail, enum rail_input input, uint32_t serial);
void ib_drive_start(struct link *link);
int ib_look(struct link *link);
void ib_drive_stop(struct link *link);

/* event.c */
void ib_device_events(void *ctx, bool ended);

/* device.c */
void ib_device_tell(struct ib_device *device, uint8_t port, enum rail_input input,
		    const char *why);
void ib_device_gone(struct ib_device *device, const char *why);
size_t ib_devices_scan(struct link *link);
void ib_device_removed(struct link *link, const char *name);
void ib_devices_let_go(struct link *link);
void ib_devices_close(struct link *link);

/* hold.c */
void ib_held_note(struct link *link, const struct ibv_context *verbs);
void ib_held_let_go(struct link *link, const char *name);
void ib_held_check(struct link *link);

/* bind.c */
size_t ib_ports(struct link *link, struct ib_port ports[IB_PORTS_MAX]);
struct rdma_cm_id *ib_bind(struct link *link, struct ib_rail *rail);

/* rail.c */
int ib_rail_open(struct ib_rail *rail);
void ib_rail_close(struct ib_rail *rail);

/* group.c */
int ib_group_join(struct ib_rail *rail);
void ib_group_leave(struct ib_rail *rail);
int ib_group_listen(struct link *link);

/* receive.c */
int ib_post(struct ib_rail *rail, const uint64_t *slots, uint32_t nr);
void ib_receive(struct ib_rail *rail);
void ib_receive_more(uv_idle_t *idle);

/* send.c */
void ib_send(struct link *link, enum gossip_dest dest, const struct gossip_addr *to, bool urgent,
	     const uint8_t *bytes, size_t len);

/* handle.c */
struct ibv_ah *ib_handle_find(struct ib_rail *rail, const uint8_t *to);
void ib_handles_free(struct ib_rail *rail);

/* source.c */
bool ib_source(const uint8_t *grh, const struct ibv_wc *wc, bool ethernet,
	       struct gossip_addr *from);

#endif /* GOSSIPD_IB_H */
