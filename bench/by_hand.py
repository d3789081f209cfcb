#!/usr/bin/env python3
"""The engine's API called by hand, as little as it takes: what aistack is measured against.

by_hand.py record FILE NAME=PROBE-URL…  how to make these containers once more, from those that run
by_hand.py up FILE NAME…         create, start, first green probe, all at once; prints the time
by_hand.py list                  GET /containers/json?all=1, body read whole; prints the time
by_hand.py probe URL…            each URL on a connection of its own; prints the slowest's time
by_hand.py crowd COUNT IMAGE     creates so many containers that are nobody's
by_hand.py clear                 removes all containers

Times are milliseconds, without the start of Python. DOCKER_HOST names the engine's socket.
"""

import http.client
import json
import os
import queue
import socket
import sys
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor


class Engine(http.client.HTTPConnection):
    """One connection over the unix socket, kept open."""

    def __init__(self):
        super().__init__("engine")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        self.request(method, "/v1.41" + path, json.dumps(body) if body is not None else None, headers)
        response = self.getresponse()
        answer = response.read()
        if response.status >= 400:
            raise SystemExit(f"by_hand: {method} {path}: {response.status} {answer.decode()}")
        return answer

    def json(self, method, path, body=None):
        return json.loads(self.call(method, path, body))


def ms(begin):
    return (time.perf_counter() - begin) * 1000


def in_threads(function, items):
    threads = [threading.Thread(target=function, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def answer_to(url):
    """The status code; 0 when nobody answers."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def record(file, *pairs):
    engine = Engine()
    recorded = {}
    for pair in pairs:
        name, url = pair.split("=", 1)
        seen = engine.json("GET", f"/containers/{name}/json")
        endpoints = {}
        for network, endpoint in seen["NetworkSettings"]["Networks"].items():
            aliases = [a for a in endpoint["Aliases"] or [] if not seen["Id"].startswith(a)]
            endpoints[network] = {"Aliases": aliases}
        body = seen["Config"]
        del body["Hostname"]
        body["HostConfig"] = seen["HostConfig"]
        body["NetworkingConfig"] = {"EndpointsConfig": endpoints}
        recorded[name] = {"body": body, "probe": url}
    with open(file, "w", encoding="utf-8") as out:
        json.dump(recorded, out)


def make(engine, name, recorded):
    times = []
    begin = time.perf_counter()
    made = engine.json("POST", f"/containers/create?name={name}", recorded["body"])["Id"]
    times.append(ms(begin))
    engine.call("POST", f"/containers/{made}/start")
    times.append(ms(begin))
    while answer_to(recorded["probe"]) != 200:
        time.sleep(0.002)
    times.append(ms(begin))
    if os.environ.get("BENCH_VERBOSE"):
        print(name, "created, started, green after", *(f"{t:.1f}" for t in times), file=sys.stderr)


def up(file, *names):
    with open(file, encoding="utf-8") as text:
        recorded = json.load(text)
    begin = time.perf_counter()
    in_threads(lambda name: make(Engine(), name, recorded[name]), names)
    print(f"{ms(begin):.3f}")


def list_all():
    begin = time.perf_counter()
    Engine().call("GET", "/containers/json?all=1")
    print(f"{ms(begin):.3f}")


def probe(*urls):
    slowest = 0.0
    for url in urls:
        begin = time.perf_counter()
        if answer_to(url) != 200:
            raise SystemExit(f"by_hand: {url} is not green")
        slowest = max(slowest, ms(begin))
    print(f"{slowest:.3f}")


def each(items, function):
    """function(engine, item) for all, over eight connections."""
    todo = queue.SimpleQueue()
    for item in items:
        todo.put(item)

    def work(_):
        engine = Engine()
        while True:
            try:
                item = todo.get_nowait()
            except queue.Empty:
                return
            function(engine, item)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


def crowd(count, image):
    body = {
        "Image": image,
        "Labels": {f"com.example.label.{i}": "a value of the usual length" for i in range(6)},
    }
    each(
        range(int(count)),
        lambda engine, i: engine.call("POST", f"/containers/create?name=somebodys-{i}", body),
    )


def clear():
    ids = [c["Id"] for c in Engine().json("GET", "/containers/json?all=1")]
    each(ids, lambda engine, i: engine.call("DELETE", f"/containers/{i}?force=1&v=1"))


VERBS = {
    "record": record,
    "up": up,
    "list": list_all,
    "probe": probe,
    "crowd": crowd,
    "clear": clear,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
        sys.exit(__doc__)
    VERBS[sys.argv[1]](*sys.argv[2:])
