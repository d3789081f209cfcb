#!/usr/bin/env python3
"""Prints MIB of log lines as they are in life: log_lines.py events|services MIB."""

import random
import sys

kind, mib = sys.argv[1], int(sys.argv[2])
random.seed(7)


def event(i):
    return (
        '{"time":"2026-11-23T10:%02d:%02d.%03dZ","event":"service.update.completed",'
        '"service":"ollama","operation":"20261123T100000-%08x","fields":{"seconds":%d,'
        '"image":"ollama/ollama@sha256:%064x"}}\n'
        % (i // 60 % 60, i % 60, i % 1000, random.getrandbits(32), i % 77, random.getrandbits(256))
    )


def service(i):
    return (
        "2026-11-23T10:00:%02d.%03dZ stdout [GIN] 2026/11/23 - 10:00:00 | 200 | %d.%dms | "
        '172.18.0.%d | POST "/api/chat"\n'
        'INFO:     172.18.0.%d:%d - "GET /api/v1/models?page=%d HTTP/1.1" 200 OK\n'
        'time=2026-11-23T10:00:%02d.%03dZ level=INFO source=sched.go:%d msg="loading model" '
        'total_tokens=%d available="%d.%d GiB" url=http://127.0.0.1:%d/\n'
        % (
            (i % 60, i % 1000, i % 90, random.randrange(1000), i % 250)
            + (i % 250, random.randrange(1024, 65536), i)
            + (i % 60, i % 1000, i % 999, i % 5000, i % 80, i % 10, random.randrange(1024, 65536))
        )
    )


line = {"events": event, "services": service}[kind]
left = mib << 20
i = 0
while left > 0:
    text = line(i)
    sys.stdout.write(text)
    left -= len(text)
    i += 1
