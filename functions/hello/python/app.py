"""The benchmarked function in Python, under the contract of functions/CONTRACT.md."""

import base64
import gc
import hashlib
import json
import os
import resource
import sys
import time

MAX_ITERATIONS = 10_000_000
ARCHITECTURES = {"aarch64": "arm64"}

environment_id = None  # drawn in the first invocation: what loading leaves may be restored many times
invocation = 0


def handler(event, context):
    """Does the work that the event asks for, and says what it cost."""
    global environment_id, invocation
    cpu_at_start, start = time.process_time_ns(), time.perf_counter_ns()
    invocation += 1
    if environment_id is None:
        environment_id = os.urandom(16).hex()

    try:
        workload, iterations = parse(event)
    except ValueError as error:
        return respond(400, {"error": str(error)})
    answer = sha256_chain(iterations) if workload == "sha256" else ""
    metrics = runtime_metrics()

    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    peak = max_resident_bytes()  # reads a file: not the invocation's time
    if peak is not None:
        metrics["maxResidentBytes"] = peak
    machine = os.uname().machine
    return respond(200, {
        "message": "Hello, world!",
        "language": "python",
        "runtimeVersion": "{}.{}.{}".format(*sys.version_info[:3]),
        "architecture": ARCHITECTURES.get(machine, machine),
        "environmentId": environment_id,
        "invocation": invocation,
        "initializationType": os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", ""),
        "functionVersion": os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", ""),
        "cpuMs": (cpu - cpu_at_start) / 1e6,
        "processCpuMs": cpu / 1e6,
        "wallMs": (wall - start) / 1e6,
        "answer": answer,
        "metrics": metrics,
    })


def respond(status_code, body):
    return {
        "statusCode": status_code,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body),
    }


def parse(event):
    """Reads the event itself, or the body of an API Gateway proxy event."""
    if event is None:
        event = {}
    require_object(event)
    if isinstance(event.get("requestContext"), dict):
        event = parse_body(event)
        require_object(event)
    workload = event.get("workload")
    if workload is None:
        workload = "hello"
    if workload not in ("hello", "sha256"):
        raise ValueError('workload must be "hello" or "sha256"')
    iterations = event.get("iterations")
    if iterations is None:
        iterations = 0
    # A bool is an int in Python, and no number in JSON.
    if (isinstance(iterations, bool) or not isinstance(iterations, (int, float))
            or not 0 <= iterations <= MAX_ITERATIONS or iterations != int(iterations)):
        raise ValueError(f"iterations must be a whole number from 0 to {MAX_ITERATIONS}")
    return workload, int(iterations)


def parse_body(event):
    body = event.get("body")
    if body is None or body == "":
        return {}
    try:
        if event.get("isBase64Encoded"):
            body = base64.b64decode(body)
        parsed = json.loads(body)
    except (TypeError, ValueError):
        return None  # not JSON, and so no object either
    return {} if parsed is None else parsed


def require_object(value):
    if not isinstance(value, dict):
        raise ValueError("the event must be a JSON object")


def sha256_chain(iterations):
    """Hashes 32 zero bytes, then the hash, and so on."""
    block = bytes(32)
    sha256 = hashlib.sha256
    for _ in range(iterations):
        block = sha256(block).digest()
    return block.hex()


def runtime_metrics():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    generations = gc.get_stats()
    return {
        "allocatedBlocks": sys.getallocatedblocks(),
        "collections": sum(generation["collections"] for generation in generations),
        "collectedObjects": sum(generation["collected"] for generation in generations),
        "loadedModules": len(sys.modules),
        "minorPageFaults": usage.ru_minflt,
        "majorPageFaults": usage.ru_majflt,
        "involuntaryContextSwitches": usage.ru_nivcsw,
    }


def max_resident_bytes(file="/proc/self/status"):
    """The peak of this program alone, or None where it cannot be read.

    The ru_maxrss of getrusage outlives exec on Linux, and so would show a
    larger program that started this one.
    """
    try:
        with open(file, "rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None
