#!/usr/bin/env python3
"""A plain HTTP proxy between two network namespaces: apt_proxy.py NETNS PORT

Listens on 127.0.0.1:PORT inside the namespace NETNS and fetches from where it was started, so that
a machine without any network of its own can still install packages."""

import ctypes
import http.client
import http.server
import os
import socket
import sys
import urllib.parse


def enter(path):
    libc = ctypes.CDLL(None, use_errno=True)
    with open(path, "rb") as namespace:
        if libc.setns(namespace.fileno(), 0x40000000) != 0:  # CLONE_NEWNET
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        upstream = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=120)
        target = urllib.parse.urlunsplit(("", "", url.path, url.query, ""))
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in ("host", "connection", "proxy-connection")}
        upstream.request("GET", target, headers=headers)
        answer = upstream.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        self.end_headers()
        while block := answer.read(1 << 16):
            self.wfile.write(block)

    def log_message(self, *arguments):
        pass


def main():
    netns, port = sys.argv[1], int(sys.argv[2])
    with open("/proc/self/ns/net", "rb") as home:
        enter("/run/netns/" + netns)
        listener = socket.create_server(("127.0.0.1", port))
        ctypes.CDLL(None).setns(home.fileno(), 0x40000000)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Proxy, bind_and_activate=False)
    server.socket = listener
    server.server_activate()
    server.serve_forever()


main()
