#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Inputs to begin with: what the specification's vectors make for each harness, in a directory of its
name. See the harnesses for what an input is.

Usage: seeds.py VECTORS DIR
"""

import base64
import pathlib
import sys


def vectors(path):
    """Pairs of a vector's kind and its lines."""
    found = []
    with open(path, encoding='ascii') as file:
        for line in file:
            words = line.split()
            if not words or words[0].startswith('#'):
                continue
            if words[0] in ('record', 'header', 'sealed', 'signed', 'endorsed') and (
                    len(words) == 1 or words[0] == 'record'):
                found.append((words[0], {}))
            elif len(words) > 1:
                found[-1][1][words[0]] = words[1]
    return found


def datagrams(found):
    """As it is, with a right tag, and with a bit changed: the first byte says so."""
    header = next(bytes.fromhex(v['bytes']) for kind, v in found if kind == 'header')
    records = [bytes.fromhex(v['bytes']) for kind, v in found if kind == 'record']
    for kind, lines in found:
        if kind == 'sealed':
            yield b'\0' + bytes.fromhex(lines['datagram'])
            for how in b'\2', b'\3':
                yield how + bytes.fromhex(lines['header'] + lines.get('records', ''))
    for record in records:
        yield b'\2' + header + record
    yield b'\2' + header + b''.join(records)


def keys(found):
    """A ring of each vector's key; keys and signatures by themselves; a name."""
    texts = []
    for kind, lines in found:
        for name in 'key', 'seed', 'signature', 'endorsement':
            if name in lines and kind != 'record':
                texts.append(base64.b64encode(bytes.fromhex(lines[name])))
    short = [text for text in texts if len(text) == 44]
    yield b'\3' + b'previous 1 %s\ncurrent 2 %s\nnext 3 %s\n' % tuple(short[:3])
    yield b'\3' + b'# a comment\n\ncurrent 255 %s' % short[0]
    for text in texts:
        yield (b'\0' if len(text) == 44 else b'\1') + text + b'\n'
    yield b'\x02' + b'01234567-89ab-cdef-0123-456789abcdef'


def core(found):
    """Calls: see struct play and the table in fuzz_core.c; here records of one peer and time."""
    for number, (kind, lines) in enumerate(found):
        if kind != 'record':
            continue
        record = bytes.fromhex(lines['bytes'])
        piece = bytes([2, number % 8, 1, record[0]]) + record[2:]
        yield piece + bytes([0, 200]) + piece + bytes([0, 250, 0, 250])
    yield bytes([3, 90, 100, 0, 0, 0, 0, 0, 200, 0, 255]) * 4


def sensor_text(_):
    """What a file and two BMC tools print; the first byte says which parser, and how much room."""
    yield b'\x80temp_c=61.5\nlimit_c=90\npower_w=300\npower_max_w=400\nfan_pct=40\n# end\n'
    yield b'\x80' + b'temp_mc=61500 name=die\ngpu_margin_c = -3\ninlet_c=nan\nfan_rpm=1e3\n'
    yield b'\x81CPU1 Temp        | 45 degrees C      | ok\nFan 1 | 5000 RPM | ok\n'
    yield b'\x81ID | Name | Type | Reading | Units | Event\n1 | Inlet Temp | Temperature | 22.00 | C | \'OK\'\n'
    yield b'\x81Pwr Consumption  | 98h | ok  |  7.1 | 210 Watts\nTemp | na | | na\n'


def http(_):
    """A method, then path, Connection, Origin and Host, each behind its length."""
    paths = [b'/thermal/state', b'/thermal/neighbors', b'/thermal/zones', b'/metrics', b'/healthz',
             b'/thermal/price_multiplier', b'/readyz', b'/thermal/stream', b'/']
    for number, path in enumerate(paths):
        for more in ((b'', b'', b''), (b'te , close', b'http://h:1', b'h:1')):
            yield bytes([number % 3]) + b''.join(bytes([len(text)]) + text
                                                 for text in (path, *more))


def main(path, directory):
    found = vectors(path)
    for name, make in (('datagram', datagrams), ('keys', keys), ('core', core),
                       ('sensor_text', sensor_text), ('http', http)):
        folder = pathlib.Path(directory, name)
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(make(found)):
            (folder / f'vector-{number}').write_bytes(seed)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2])
