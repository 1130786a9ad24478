"""TLS is asked for and verified; a password never travels without it; whatever a server says ends in one clear line."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from monitor.digest.parcels import Handed, Receipt
from monitor.digest.smtp import Account, Line, account
from tests.mailservers import Postbox, postbox

MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nhello\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of a server called localhost, signed by nobody else, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def send(known: Account, context: ssl.SSLContext | None = None) -> Receipt:
    with Line(known, context) as line:
        return line.offer("a@example.org", "b@example.org", MAIL) or line.finish()


def known(port: int, password: str = "", host: str = "localhost", tls: str = "required") -> Account:
    user = "kim@" if password else ""
    return Account(**{**fields(account(f"smtp://{user}{host}:{port}", password, tls=tls)), "step": 2.0, "whole": 5.0})


def fields(one: Account) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def test_a_trusted_certificate_is_taken_and_the_login_follows(certificate: Path):
    trusting = ssl.create_default_context(cafile=str(certificate))
    with postbox(Postbox(password="horse"), tls=server_side(certificate)) as box:
        assert send(known(box.port, "horse"), trusting).outcome is Handed.SENT
        assert box.logins == 1
        assert len(box.taken) == 1


def test_an_unknown_certificate_is_refused_before_anything_is_said(certificate: Path):
    with postbox(Postbox(password="horse"), tls=server_side(certificate)) as box:
        receipt = send(known(box.port, "horse"))
        assert receipt.outcome is Handed.SERVER
        assert "certificate" in receipt.error
        assert box.logins == 0


def test_a_certificate_for_another_name_is_refused(certificate: Path):
    trusting = ssl.create_default_context(cafile=str(certificate))
    with postbox(tls=server_side(certificate)) as box:
        receipt = send(known(box.port, host="127.0.0.1"), trusting)
        assert receipt.outcome is Handed.SERVER
        assert "certificate" in receipt.error


def test_a_server_without_starttls_gets_nothing_where_tls_is_required():
    with postbox() as box:
        receipt = send(known(box.port))
        assert receipt.outcome is Handed.SERVER
        assert "no STARTTLS" in receipt.error
        assert box.taken == []


def test_tls_is_required_unless_the_server_is_on_this_machine():
    assert account("smtp://user@mail.example.org:587", "x").tls == "required"
    assert account("smtp://127.0.0.1:25", "").tls == "offered"
    assert account("smtps://mail.example.org", "").port == 465
    assert account("smtp://k%40x@mail.example.org", "").user == "k@x"


def test_a_password_is_never_sent_in_the_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch):
    with postbox(Postbox(password="horse")) as box:
        away = known(box.port, "horse", tls="never")
        monkeypatch.setattr("monitor.digest.smtp._LOCAL", set())
        receipt = send(away)
        assert receipt.outcome is Handed.LOGIN
        assert "without TLS" in receipt.error
        assert box.logins == 0


def test_an_account_does_not_show_its_password():
    assert "horse" not in repr(account("smtp://kim@mail.example.org", "horse"))


def test_what_a_server_says_is_one_line_without_control_characters():
    box = Postbox(rcpt={"b@example.org": "550 5.1.1 no\x1b[2J such\x07 user"})
    with postbox(box):
        receipt = send(known(box.port, host="127.0.0.1", tls="offered"))
    assert receipt.outcome is Handed.REFUSED
    assert receipt.error.isprintable()
