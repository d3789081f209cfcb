#!/usr/bin/env python3
"""Stands between two programs and breaks what they say to each other, at a place that a test names.

LISTEN and TARGET are the path of a unix socket or a port of 127.0.0.1. What counts as a request is
whatever a client sends after it connected or was answered, so this fits HTTP without pipelining.
"""

import argparse
import os
import re
import selectors
import signal
import socket
import sys
import threading
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("listen")
    parser.add_argument("target")
    parser.add_argument("--log", help="a line for each request: its number and its first line")
    parser.add_argument("--cut", type=int, default=0, help="break at this request, counted from 1")
    parser.add_argument(
        "--when",
        choices=["before", "after", "half"],
        default="before",
        help="before the target has it, instead of its answer, or within its answer",
    )
    parser.add_argument("--back", action="store_true", help="serve on afterwards; else be gone")
    parser.add_argument("--signal", help="instead of breaking, send this signal to --pid-file")
    parser.add_argument("--pid-file")
    parser.add_argument("--drop", action="store_true", help="… and do not pass the request on")
    parser.add_argument("--only", default="", help="count only requests that match this expression")
    parser.add_argument("--cut-bytes", type=int, help="close a connection after so many bytes")
    parser.add_argument("--times", type=int, default=1 << 30, help="of --cut-bytes")
    parser.add_argument("--answer", help="answer requests that match this expression …")
    parser.add_argument("--file", help="… with these bytes, then close")
    parser.add_argument("--hold", action="store_true", help="… and do not close")
    return parser.parse_args()


def connect(address):
    if address.isdigit():
        return socket.create_connection(("127.0.0.1", int(address)))
    client = socket.socket(socket.AF_UNIX)
    client.connect(address)
    return client


def listen(address):
    if address.isdigit():
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", int(address)))
    else:
        server = socket.socket(socket.AF_UNIX)
        server.bind(address + ".new")
    server.listen(64)
    if not address.isdigit():  # who sees the socket can connect to it
        os.rename(address + ".new", address)
    return server


class Proxy:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.requests = 0
        self.bytes_cuts = 0
        self.log = open(options.log, "w", encoding="utf-8") if options.log else None

    def count(self, data):
        line = data.split(b"\r\n", 1)[0].decode("latin-1")
        with self.lock:
            if not re.search(self.options.only, line):
                return 0, line
            self.requests += 1
            if self.log:
                self.log.write(f"{self.requests} {line}\n")
                self.log.flush()
            return self.requests, line

    def break_off(self):
        if self.options.back:
            return
        if not self.options.listen.isdigit():
            os.unlink(self.options.listen)
        os._exit(0)

    def send_signal(self):
        while not os.path.exists(self.options.pid_file) or not os.path.getsize(self.options.pid_file):
            time.sleep(0.001)
        with open(self.options.pid_file, encoding="ascii") as file:
            os.kill(int(file.read()), getattr(signal, "SIG" + self.options.signal))

    def serve(self, client):
        target = None
        try:
            target = connect(self.options.target)
            self.relay(client, target)
        except OSError:
            pass
        finally:
            client.close()
            if target:
                target.close()

    def relay(self, client, target):
        answered, cutting, given = True, False, 0
        selector = selectors.DefaultSelector()
        selector.register(client, selectors.EVENT_READ)
        selector.register(target, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                data = key.fileobj.recv(65536)
                if not data:
                    return
                if key.fileobj is client:
                    if answered:
                        answered = False
                        number, line = self.count(data)
                        if self.options.answer and re.search(self.options.answer, line):
                            with open(self.options.file, "rb") as file:
                                client.sendall(file.read())
                            while self.options.hold and client.recv(65536):
                                pass
                            return
                        if number == self.options.cut and self.options.signal:
                            self.send_signal()
                            if self.options.drop:
                                return
                        elif number == self.options.cut:
                            if self.options.when == "before":
                                return self.break_off()
                            cutting = True
                    target.sendall(data)
                    continue
                answered = True
                if cutting:
                    if self.options.when == "half":
                        client.sendall(data[: len(data) // 2])
                    return self.break_off()
                given += len(data)
                if self.options.cut_bytes and given >= self.options.cut_bytes:
                    with self.lock:
                        self.bytes_cuts += 1
                        if self.bytes_cuts <= self.options.times:
                            return
                client.sendall(data)


def main():
    options = arguments()
    proxy = Proxy(options)
    server = listen(options.listen)
    while True:
        client, _ = server.accept()
        threading.Thread(target=proxy.serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
