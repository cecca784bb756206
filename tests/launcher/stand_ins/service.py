"""A service that can misbehave: python service.py PORT [crash|silent|stubborn|family|fragile]."""

import http.server
import os
import signal
import subprocess
import sys
import threading


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"status": "healthy", "version": "0", "services": {}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if "fragile" in sys.argv:
            threading.Timer(0.2, os._exit, [5]).start()

    def log_message(self, *_):
        pass


def main():
    port, moods = int(sys.argv[1]), sys.argv[2:]
    if "crash" in moods:
        sys.exit("ModuleNotFoundError: No module named 'websockets'")
    if "stubborn" in moods:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "family" in moods:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(f"child {child.pid}", flush=True)
    if "silent" in moods:
        signal.pause()
    print("serving", flush=True)
    http.server.HTTPServer(("127.0.0.1", port), Page).serve_forever()


main()
