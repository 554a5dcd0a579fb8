# SPDX-License-Identifier: GPL-2.0
"""A system bus with an Avahi daemon on it, as far as Avahi's own library and gossipd use them.

A machine under test has one of its own; all of them share a list of what is announced on the link.
What a test wants to go wrong is an attribute.
"""

import os
import socket
import struct
import threading

AVAHI = "org.freedesktop.Avahi"
BUS = "org.freedesktop.DBus"
IF_UNSPEC, INET = -1, 0
ESTABLISHED, COLLISION = 2, 3
RUNNING = 2
MULTICAST, LOCAL, OUR_OWN = 4, 8, 16
ALIGN = {"y": 1, "n": 2, "q": 2, "i": 4, "u": 4, "b": 4, "s": 4, "o": 4, "a": 4, "g": 1, "(": 8,
         "v": 1}
NUMBERS = {"y": "B", "q": "H", "i": "i", "u": "I", "b": "I"}


def element(signature, at):
    """Where the type that begins there ends."""
    if signature[at] == "a":
        return element(signature, at + 1)
    if signature[at] == "(":
        at += 1
        while signature[at] != ")":
            at = element(signature, at)
    return at + 1


class Writer:
    """Values as D-Bus has them, little-endian."""

    def __init__(self):
        self.data = bytearray()

    def align(self, size):
        """Zeros up to the next multiple."""
        self.data += bytes(-len(self.data) % size)

    def put(self, signature, values):
        """Values of a signature."""
        at = 0
        for value in values:
            end = element(signature, at)
            self.one(signature[at:end], value)
            at = end

    def one(self, kind, value):
        """A value of a type."""
        self.align(ALIGN[kind[0]])
        if kind in NUMBERS:
            self.data += struct.pack("<" + NUMBERS[kind], value)
        elif kind in "so":
            self.data += struct.pack("<I", len(value.encode())) + value.encode() + b"\0"
        elif kind == "g":
            self.data += bytes([len(value)]) + value.encode() + b"\0"
        elif kind == "v":
            self.one("g", value[0])
            self.one(value[0], value[1])
        elif kind[0] == "(":
            self.put(kind[1:-1], value)
        else:
            length = len(self.data)
            self.data += bytes(4)
            self.align(ALIGN[kind[1]])
            begin = len(self.data)
            for item in value:
                self.one(kind[1:], item)
            struct.pack_into("<I", self.data, length, len(self.data) - begin)


class Reader:
    """The way back."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def get(self, signature):
        """Values of a signature."""
        values, at = [], 0
        while at < len(signature):
            end = element(signature, at)
            values.append(self.one(signature[at:end]))
            at = end
        return values

    def text(self, length):
        """A text and the zero behind it."""
        value = self.data[self.at:self.at + length].decode()
        self.at += length + 1
        return value

    def one(self, kind):
        """A value of a type."""
        self.at += -self.at % ALIGN[kind[0]]
        if kind in NUMBERS:
            value = struct.unpack_from("<" + NUMBERS[kind], self.data, self.at)[0]
            self.at += struct.calcsize(NUMBERS[kind])
            return value
        if kind in "so":
            return self.text(self.one("u"))
        if kind == "g":
            return self.text(self.one("y"))
        if kind == "v":
            return self.one(self.one("g"))
        if kind[0] == "(":
            return self.get(kind[1:-1])
        end = self.one("u")
        self.at += -self.at % ALIGN[kind[1]]
        end += self.at
        values = []
        while self.at < end:
            values.append(self.one(kind[1:]))
        return values


PATH, INTERFACE, MEMBER, ERROR, REPLY_TO, DESTINATION, SENDER, SIGNATURE = range(1, 9)
FIELD_TYPES = {PATH: "o", REPLY_TO: "u", SIGNATURE: "g"}
CALL, REPLY, FAILED, SIGNAL = range(1, 5)


def pack(kind, serial, fields, signature="", values=()):
    """A message."""
    body = Writer()
    body.put(signature, values)
    if signature:
        fields = fields | {SIGNATURE: signature}
    head = Writer()
    head.put("yyyyuua(yv)", (ord("l"), kind, 0, 1, len(body.data), serial,
                             [(code, (FIELD_TYPES.get(code, "s"), value))
                              for code, value in fields.items()]))
    head.align(8)
    return bytes(head.data + body.data)


class Service:
    """Something that is announced on the link."""

    def __init__(self, name, port, txt, address, owner=None):
        self.name = name
        self.port = port
        self.txt = [text if isinstance(text, bytes) else text.encode() for text in txt]
        self.address = address
        self.owner = owner
        self.type = ""
        self.subtype = ""


class Link:
    """What all machines hear."""

    def __init__(self):
        self.lock = threading.RLock()
        self.services = []
        self.machines = []

    def announce(self, service):
        """Tell all machines of a service."""
        with self.lock:
            self.services.append(service)
            for machine in self.machines:
                machine.tell_browsers("ItemNew", service)

    def withdraw(self, service):
        """Take it back."""
        with self.lock:
            if service in self.services:
                self.services.remove(service)
                for machine in self.machines:
                    machine.tell_browsers("ItemRemove", service)

    def find(self, name):
        """A service by its name."""
        with self.lock:
            return next((service for service in self.services if service.name == name), None)


class Client:
    """A connection to the bus."""

    def __init__(self, machine, sock):
        self.machine = machine
        self.sock = sock
        self.serial = 0
        self.groups = {}
        self.browsers = {}
        self.next = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def send(self, kind, fields, signature="", values=()):
        """A message to it."""
        with self.machine.link.lock:
            self.serial += 1
            try:
                self.sock.sendall(pack(kind, self.serial, fields, signature, values))
            except OSError:
                pass

    def signal(self, path, interface, member, signature="", values=()):
        """A signal of Avahi's."""
        self.send(SIGNAL, {PATH: path, INTERFACE: f"{AVAHI}.{interface}", MEMBER: member,
                           SENDER: AVAHI}, signature, values)

    def line(self, stream):
        """A line of the handshake."""
        return stream.readline().strip().lstrip(b"\0")

    def serve(self):
        """All that it says, until it goes."""
        stream = self.sock.makefile("rb")
        try:
            while (line := self.line(stream)) != b"BEGIN":
                if not line:
                    return
                self.sock.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n"
                                  if line.startswith(b"AUTH EXTERNAL") else b"ERROR\r\n")
            while head := stream.read(16):
                length, serial, fields_length = struct.unpack("<4xIII", head)
                rest = stream.read(fields_length + -fields_length % 8)
                reader = Reader(head + rest)
                reader.at = 12
                fields = dict(reader.get("a(yv)")[0])
                body = Reader(stream.read(length))
                self.machine.heard(self, serial, fields, body.get(fields.get(SIGNATURE, "")))
        except OSError:
            pass
        finally:
            self.sock.close()
            self.machine.lost(self)

    def path(self, kind):
        """Name for a new object."""
        self.next += 1
        return f"/Client0/{kind}{self.next}"


class Machine:
    """A machine's bus, with Avahi on it."""

    def __init__(self, path, link, address):
        self.bus = path
        self.link = link
        self.address = address
        self.clients = []
        self.listener = None
        self.avahi = True
        self.mute = False
        self.calls = []
        # Collisions to come: at once, and found out later.
        self.collide = 0
        self.collide_late = 0
        with link.lock:
            link.machines.append(self)

    def start(self):
        """Open the bus."""
        if os.path.exists(self.bus):
            os.unlink(self.bus)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.bus)
        self.listener.listen()
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        """Whoever comes."""
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with self.link.lock:
                self.clients.append(Client(self, sock))

    def stop(self):
        """End the bus, and Avahi with it."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        os.unlink(self.bus)
        for client in list(self.clients):
            client.sock.shutdown(socket.SHUT_RDWR)
            self.lost(client)

    def lost(self, client):
        """Who goes takes his announcements along."""
        with self.link.lock:
            if client in self.clients:
                self.clients.remove(client)
            groups, client.groups, client.browsers = client.groups, {}, {}
            for service in groups.values():
                if service:
                    self.link.withdraw(service)

    def tell_browsers(self, member, service):
        """One more, or one fewer."""
        with self.link.lock:
            for client in self.clients:
                for path, wanted in list(client.browsers.items()):
                    # What a test announces has no subtype, and is shown all the same.
                    if service.subtype and service.subtype != wanted:
                        continue
                    flags = MULTICAST | (LOCAL | OUR_OWN if service.owner is client else 0)
                    client.signal(path, "ServiceBrowser", member, "iisssu",
                                  (2, INET, service.name, wanted.split("._sub.")[-1], "local",
                                   flags))

    def heard(self, client, serial, fields, args):
        """A call."""
        member = fields.get(MEMBER, "")
        self.calls.append(member)
        if self.mute:
            return
        answer = ("", ())
        after = None
        try:
            if fields.get(DESTINATION) == BUS:
                answer = self.bus_call(member, args)
            elif not self.avahi:
                raise NameError(f"{BUS}.Error.ServiceUnknown")
            else:
                answer, after = self.avahi_call(client, fields[PATH], member, args)
        except NameError as error:
            client.send(FAILED, {REPLY_TO: serial, ERROR: str(error), SENDER: AVAHI}, "s",
                        (str(error),))
            return
        client.send(REPLY, {REPLY_TO: serial, SENDER: fields.get(DESTINATION, BUS)}, *answer)
        if after:
            after()

    def bus_call(self, member, args):
        """A call of the bus itself."""
        if member == "Hello":
            return "s", (":1.1",)
        if member == "NameHasOwner":
            return "b", (int(self.avahi and args[0] == AVAHI),)
        return "", ()

    def avahi_call(self, client, path, member, args):
        """A call of Avahi; what to answer, and what happens then."""
        if member == "GetAPIVersion":
            return ("u", (0x0203,)), None
        if member == "GetState":
            return ("i", (RUNNING if path == "/" else 0,)), None
        if member == "EntryGroupNew":
            path = client.path("EntryGroup")
            client.groups[path] = None
            return ("o", (path,)), None
        if member == "AddService":
            if self.collide or self.link.find(args[3]):
                self.collide -= bool(self.collide)
                raise NameError(f"{AVAHI}.CollisionError")
            service = Service(args[3], args[7], [bytes(text) for text in args[8]], self.address,
                              client)
            service.type = args[4]
            client.groups[path] = service
        elif member == "AddServiceSubtype":
            client.groups[path].subtype = args[6]
        elif member == "Commit":
            return ("", ()), lambda: self.commit(client, path)
        elif member in ("Reset", "Free") and path in client.groups:
            service = client.groups[path]
            client.groups[path] = None
            if service:
                return ("", ()), lambda: self.link.withdraw(service)
        elif member == "Free":
            client.browsers.pop(path, None)
        elif member == "ServiceBrowserNew":
            path = client.path("ServiceBrowser")
            return ("o", (path,)), lambda: self.browse(client, path, args[2])
        elif member == "ServiceResolverNew":
            path = client.path("ServiceResolver")
            return ("o", (path,)), lambda: self.resolve(client, path, args)
        return ("", ()), None

    def commit(self, client, path):
        """It is announced, or somebody else has that name."""
        state = COLLISION if self.collide_late else ESTABLISHED
        self.collide_late -= bool(self.collide_late)
        if state == ESTABLISHED:
            self.link.announce(client.groups[path])
        client.signal(path, "EntryGroup", "StateChanged", "is", (state, ""))

    def browse(self, client, path, kind):
        """All that there is already."""
        with self.link.lock:
            client.browsers[path] = kind
            for service in self.link.services:
                if not service.subtype or service.subtype == kind:
                    client.signal(path, "ServiceBrowser", "ItemNew", "iisssu",
                                  (2, INET, service.name, kind.split("._sub.")[-1], "local",
                                   MULTICAST))
            client.signal(path, "ServiceBrowser", "AllForNow")

    def resolve(self, client, path, args):
        """Where a service is."""
        service = self.link.find(args[2])
        if service:
            client.signal(path, "ServiceResolver", "Found", "iissssisqaayu",
                          (2, INET, service.name, args[3], "local", "host.local", INET,
                           service.address, service.port, [list(text) for text in service.txt],
                           MULTICAST))
