#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
A second implementation of how gossip-wire.md seals, signs and endorses, from the specification and
the RFCs (8439, 8032; draft-irtf-cfrg-xchacha) with nothing but the standard library: it makes the
vectors, and checks those that are in the document. It takes its time, and more of it for some
secrets than for others: for vectors only.

Usage: vectors.py FILE      check the vectors in FILE
       vectors.py           print the vectors
"""

import hashlib
import struct
import sys

# --- XChaCha20-Poly1305 ---

MASK = 0xffffffff
ROUND = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
         (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def rounds(state):
    """The twenty rounds of ChaCha, without the addition behind them."""
    x = list(state)
    for _ in range(10):
        for a, b, c, d in ROUND:
            for to, plus, by, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                x[to] = (x[to] + x[plus]) & MASK
                word = x[by] ^ x[to]
                x[by] = (word << bits | word >> 32 - bits) & MASK
    return x


def start(key, last16):
    return struct.unpack('<16I', b'expand 32-byte k' + key + last16)


def hchacha20(key, nonce16):
    x = rounds(start(key, nonce16))
    return struct.pack('<8I', *x[:4], *x[12:])


def chacha20(key, nonce12, block, data):
    out = b''
    for at in range(0, len(data), 64):
        state = start(key, struct.pack('<I', block + at // 64) + nonce12)
        words = [(x + y) & MASK for x, y in zip(rounds(state), state)]
        stream = struct.pack('<16I', *words)
        out += bytes(x ^ y for x, y in zip(data[at:at + 64], stream))
    return out


def poly1305(key, data):
    r = int.from_bytes(key[:16], 'little') & 0x0ffffffc0ffffffc0ffffffc0fffffff
    total = 0
    for at in range(0, len(data), 16):
        block = int.from_bytes(data[at:at + 16] + b'\1', 'little')
        total = (total + block) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], 'little')) % 2**128).to_bytes(16, 'little')


def pad16(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, ad, data):
    subkey, nonce12 = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    sealed = chacha20(subkey, nonce12, 1, data)
    mac_key = chacha20(subkey, nonce12, 0, bytes(32))
    return sealed + poly1305(mac_key, pad16(ad) + pad16(sealed) +
                             struct.pack('<QQ', len(ad), len(sealed)))


# --- Ed25519, points as (x, y) ---

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    xy = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + xy, -1, P) % P,
            (y1 * y2 + x1 * x2) * pow(1 - xy, -1, P) % P)


def times(n, point):
    total = (0, 1)
    for bit in bin(n)[2:]:
        total = add(total, total)
        if bit == '1':
            total = add(total, point)
    return total


def base():
    """The point with y = 4/5 and an even x."""
    y = 4 * pow(5, -1, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x & 1 else x, y)


BASE = base()


def encode(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, 'little')


def number(*parts):
    return int.from_bytes(hashlib.sha512(b''.join(parts)).digest(), 'little')


def expand(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], 'little') & (2**254 - 8) | 2**254
    return scalar, digest[32:], encode(times(scalar, BASE))


def sign(seed, message):
    scalar, prefix, public = expand(seed)
    r = number(prefix, message) % ORDER
    point = encode(times(r, BASE))
    s = (r + number(point, public, message) * scalar) % ORDER
    return point + s.to_bytes(32, 'little')


# --- what the specification says of them ---

# Offsets in a record of what is taken as 0, and their sizes, by type.
VOLATILE = {3: ((3, 1),), 4: ((3, 1), (60, 2)), 5: ((3, 1),)}
SIGNATURE = 64


def work_out(kind, given):
    """What follows from the lines of a vector that are given."""
    if kind == 'sealed':
        header = given['header']
        nonce = header[28:44] + header[4:12]
        return {'nonce': nonce,
                'datagram': header + seal(given['key'], nonce, header, given['records'])}
    if kind == 'signed':
        message = bytearray(given['unsigned'])
        for at, size in VOLATILE[message[0]]:
            message[at:at + size] = bytes(size)
        message = bytes(message)
        return {'public_key': expand(given['seed'])[2], 'message': message,
                'signature': sign(given['seed'], message)}
    message = given['node'] + given['public_key'] + given['zone']
    return {'authority': expand(given['seed'])[2], 'message': message,
            'endorsement': sign(given['seed'], message)}


GIVEN = {'sealed': ('key', 'header', 'records'), 'signed': ('seed', 'unsigned'),
         'endorsed': ('seed', 'node', 'public_key', 'zone')}


def some(name, size):
    """Bytes that nobody chose."""
    return hashlib.shake_128(name.encode()).digest(size)


def unsigned(kind, size, values):
    """A record without its signature: bytes that nobody chose, and at some places others."""
    record = bytearray(some(f'record {kind}', size - SIGNATURE))
    record[0:2] = kind, size // 4
    for at, value in values.items():
        record[at:at + len(value)] = value
    return bytes(record)


def inputs():
    """What the vectors in the document are made of."""
    def header(key_id, counter):
        return (b'\x4d\1\0\7' + some('node', 16) + struct.pack('>Q', 1763760000) + some('salt', 8) +
                struct.pack('>Q', key_id << 56 | counter))

    beacon = bytes.fromhex('01112103') + some('beacon', 36) + bytes.fromhex(
        '0355ffeb800000e7019a000704e2001f002803e8370cff07')
    pull = bytes.fromhex('060600100007') + bytes(2) + some('node', 16)
    yield 'sealed', {'key': some('key 2', 32), 'header': header(2, 1), 'records': beacon}
    yield 'sealed', {'key': some('key 255', 32), 'header': header(255, 2**56 - 1),
                     'records': pull + beacon * 3}
    yield 'sealed', {'key': some('key 0', 32), 'header': header(0, 258), 'records': b''}
    # All flags that there are, and the bit that none of them has.
    yield 'sealed', {'key': some('key 0', 32), 'header': header(0, 259),
                     'records': beacon[:2] + b'\xff' + beacon[3:]}
    ttl_flags = {2: b'\x21\3'}
    seed = some('seed', 32)
    public = expand(seed)[2]
    zone = b'\0\7'
    endorsed = {'seed': some('authority', 32), 'node': some('node', 16), 'public_key': public,
                'zone': zone}
    yield 'endorsed', endorsed
    yield 'signed', {'seed': seed, 'unsigned': unsigned(3, 124, {2: b'\2\3'})}
    yield 'signed', {'seed': seed, 'unsigned': unsigned(4, 132, ttl_flags | {
        44: bytes.fromhex('0355ffeb8000fffb019a000704e2001f0028000a370cff07')})}
    yield 'signed', {'seed': seed, 'unsigned': unsigned(5, 200, ttl_flags | {
        4: some('node', 16), 36: public, 68: zone + bytes(2),
        72: work_out('endorsed', endorsed)['endorsement']})}


def printed():
    for kind, given in inputs():
        print(f'\n{kind}')
        for name, value in (given | work_out(kind, given)).items():
            print(f'{name} {value.hex()}'.rstrip())


def checked(path):
    """Number of vectors in a file; ends the program at one that is wrong."""
    blocks = []
    with open(path, encoding='ascii') as file:
        for line in file:
            words = line.split()
            if len(words) == 1 and words[0] in GIVEN:
                blocks.append((words[0], {}))
            elif blocks and len(words) > 0:
                blocks[-1][1][words[0]] = bytes.fromhex(''.join(words[1:]))
    for nr, (kind, lines) in enumerate(blocks):
        for name, value in work_out(kind, {name: lines[name] for name in GIVEN[kind]}).items():
            if lines.get(name) != value:
                sys.exit(f'vectors: {path}: {kind}, number {nr + 1}: {name} should be '
                         f'{value.hex()}')
    return len(blocks)


if __name__ == '__main__':
    if len(sys.argv) > 1:
        NR = checked(sys.argv[1])
        print(f'# {NR} vectors are as another implementation has them')
        sys.exit(0 if NR else 1)
    printed()
