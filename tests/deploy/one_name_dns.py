#!/usr/bin/env python3
"""A name server that knows one name: answers A queries for it with 127.0.0.1 and everything else with NXDOMAIN.

Usage: one_name_dns.py ADDRESS NAME READY_FILE; it listens on port 53 of that loopback address.
"""

import pathlib
import socket
import struct
import sys

address, name, ready_file = sys.argv[1:]
wanted = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
A = 1

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((address, 53))
pathlib.Path(ready_file).touch()
while True:
    query, client = server.recvfrom(512)
    end = query.index(b"\0", 12) + 5  # of the one question: name, type and class
    question = query[12:end]
    known = question[:-4].lower() == wanted
    (kind,) = struct.unpack("!H", question[-4:-2])
    # A pointer to the name in the question, type A, class IN, 60 seconds, four bytes.
    answer = b"\xc0\x0c" + struct.pack("!HHIH", A, 1, 60, 4) + socket.inet_aton("127.0.0.1")
    answers = int(known and kind == A)
    flags = 0x8180 if known else 0x8183
    server.sendto(query[:2] + struct.pack("!HHHHH", flags, 1, answers, 0, 0) + question + answer * answers, client)
