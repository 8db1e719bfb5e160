"""Run with: python3 -m unittest"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest

import app

ZEROS = "0" * 64
ONE = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
TWO = "2b32db6c2c0a6235fb1397e8225ea85e0f0e6e8c7b126d0016ccbde0e667151e"
OBJECT = "the event must be a JSON object"
WORKLOAD = 'workload must be "hello" or "sha256"'
ITERATIONS = "iterations must be a whole number from 0 to 10000000"


def proxy(body, is_base64_encoded=False):
    return {"requestContext": {"stage": "dev"}, "httpMethod": "POST", "body": body, "isBase64Encoded": is_base64_encoded}


def invoke(event):
    response = app.handler(event, None)
    return response["statusCode"], json.loads(response["body"])


class HandlerTest(unittest.TestCase):
    def test_answers(self):
        for name, event, want in [
            ("no event", None, ""),
            ("empty event", {}, ""),
            ("fields of strangers", {"key1": "value1"}, ""),
            ("hello", {"workload": "hello", "iterations": 5}, ""),
            ("no hash", {"workload": "sha256"}, ZEROS),
            ("one hash", {"workload": "sha256", "iterations": 1}, ONE),
            ("two hashes", {"workload": "sha256", "iterations": 2.0}, TWO),
            ("proxy without body", proxy(None), ""),
            ("proxy with empty body", proxy(""), ""),
            ("proxy with body", proxy('{"workload":"sha256","iterations":1}'), ONE),
            ("proxy with base64 body", proxy(base64.b64encode(b'{"workload":"sha256","iterations":2}').decode(), True), TWO),
        ]:
            with self.subTest(name):
                status, body = invoke(event)
                self.assertEqual(200, status, body)
                self.assertEqual(want, body["answer"])
                self.assertEqual("Hello, world!", body["message"])
                self.assertRegex(body["environmentId"], "^[0-9a-f]{32}$")
                self.assertGreater(body["metrics"]["allocatedBlocks"], 0)

    def test_refusals(self):
        for name, event, want in [
            ("array", [], OBJECT),
            ("string", "hello", OBJECT),
            ("proxy with text", proxy("hello"), OBJECT),
            ("proxy with an array", proxy("[]"), OBJECT),
            ("unknown workload", {"workload": "md5"}, WORKLOAD),
            ("workload of another type", {"workload": 1}, WORKLOAD),
            ("negative", {"workload": "sha256", "iterations": -1}, ITERATIONS),
            ("fraction", {"workload": "sha256", "iterations": 0.5}, ITERATIONS),
            ("text", {"workload": "sha256", "iterations": "1"}, ITERATIONS),
            ("truth", {"workload": "sha256", "iterations": True}, ITERATIONS),
            ("too many", {"workload": "sha256", "iterations": 10_000_001}, ITERATIONS),
        ]:
            with self.subTest(name):
                self.assertEqual((400, {"error": want}), invoke(event))

    def test_counts_invocations_in_one_environment(self):
        _, first = invoke({})
        _, second = invoke({})
        self.assertEqual(first["invocation"] + 1, second["invocation"])
        self.assertEqual(first["environmentId"], second["environmentId"])

    def test_environments_restored_from_one_snapshot_differ(self):
        # Two children of one process that has loaded the function are two restores of it.
        restores = """
import json, os, app
for _ in range(2):
    child = os.fork()
    if child == 0:
        os.write(1, (json.loads(app.handler({}, None)["body"])["environmentId"] + "\\n").encode())
        os._exit(0)
    os.waitpid(child, 0)
"""
        folder = os.path.dirname(os.path.abspath(app.__file__))
        said = subprocess.run([sys.executable, "-B", "-c", restores], cwd=folder, capture_output=True, check=True, text=True).stdout
        self.assertEqual(2, len(set(said.split())), said)

    def test_the_work_shows_in_cpu_time(self):
        _, little = invoke({"workload": "sha256", "iterations": 2_000})
        _, much = invoke({"workload": "sha256", "iterations": 200_000})
        self.assertGreater(much["cpuMs"], little["cpuMs"])

    def test_max_resident_bytes(self):
        for name, status, want in [
            ("among other lines", "Name:\tpython\nVmHWM:\t    1234 kB\nVmRSS:\t    1000 kB\n", 1234 * 1024),
            ("no such line", "Name:\tpython\nVmRSS:\t    1000 kB\n", None),
            ("no number", "VmHWM:\t kB\n", None),
            ("no file", None, None),
        ]:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                file = os.path.join(folder, "status")
                if status is not None:
                    with open(file, "w", encoding="ascii") as out:
                        out.write(status)
                self.assertEqual(want, app.max_resident_bytes(file))


if __name__ == "__main__":
    unittest.main()
