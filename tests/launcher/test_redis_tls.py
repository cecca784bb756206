"""A Redis behind TLS is asked over TLS, and trusted only with a certificate that is known."""

import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from launcher import preflight, problems, settings
from launcher.problems import StartAborted

ANSWERS = (b"+OK\r\n", b"$21\r\nredis_version:7.4.0\r\n\r\n", b"+OK\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost with its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing: it makes the certificate for this test")
    path = tmp_path_factory.mktemp("tls") / "redis.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        [openssl, *new, *subject, "-days", "2", "-keyout", path, "-out", f"{path}.crt"],
        check=True,
        capture_output=True,
    )
    with path.open("a") as file:
        file.write(path.with_name("redis.pem.crt").read_text())
    return path


@pytest.fixture
def encrypted_port(certificate):
    """A server that talks like Redis behind TLS, for one connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve():
        try:
            connection, _ = server.accept()
            connection.settimeout(5)
            with context.wrap_socket(connection, server_side=True) as encrypted:
                for answer in ANSWERS:
                    encrypted.recv(1000)
                    encrypted.sendall(answer)
        except OSError:  # the client did not trust us, as it should not in some tests
            return

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("trust", ["ssl_ca_certs={}", "ssl_cert_reqs=none"])
def test_a_redis_behind_tls_passes(encrypted_port, certificate, trust):
    url = f"rediss://:secret@127.0.0.1:{encrypted_port}/0?{trust.format(certificate)}"
    assert settings.load({"REDIS_URL": url}).given("REDIS_URL") == url
    preflight.check_redis(url)


def test_a_certificate_that_nobody_vouches_for_is_named(encrypted_port):
    with pytest.raises(StartAborted) as abort:
        preflight.check_redis(f"rediss://:secret@127.0.0.1:{encrypted_port}/0")
    found = abort.value.problem
    assert found.kind is problems.REDIS_SILENT
    assert "certificate verify failed" in found.reason
    assert "secret" not in found.reason
