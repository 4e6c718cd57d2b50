"""SimpleSAMLphp as Debian packs it, unpacked into a folder, configured there and run under `php -S`."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

import requests
from lxml import html

from tests.support.idp import KeyPair, make_key_pair

ENTITY_ID = "https://simplesamlphp.example.test/idp"
PASSWORD_PROTECTED = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
EXTENSIONS = ("dom", "mbstring", "openssl", "PDO", "pdo_sqlite", "session", "SimpleXML", "xml", "curl")
START_SECONDS = 30
USER, PASSWORD = "anna", "Brzoza-7"

CONFIG = """<?php
$config = [
    'baseurlpath' => '{base_url}/', 'certdir' => '{folder}/cert/', 'loggingdir' => '{folder}/log/',
    'datadir' => '{folder}/data/', 'tempdir' => '{folder}/tmp/', 'metadatadir' => '{folder}/config/metadata/',
    'secretsalt' => '{secret}', 'auth.adminpassword' => '{secret}', 'timezone' => 'UTC',
    'technicalcontact_name' => 'X', 'technicalcontact_email' => 'x@example.test',
    'logging.level' => 7, 'logging.handler' => 'file', 'logging.logfile' => 'log.txt', 'showerrors' => true,
    'errorreporting' => false, 'enable.saml20-idp' => true, 'admin.protectmetadata' => false,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'session.cookie.secure' => false, 'session.cookie.samesite' => null,
    'language.cookie.secure' => false, 'language.cookie.samesite' => null, 'language.default' => 'en',
    'trusted.url.domains' => null, 'production' => false,
    'authproc.idp' => [10 => ['class' => 'saml:AuthnContextClassRef', 'AuthnContextClassRef' => '{level}']],
    'store.type' => 'sql', 'store.sql.dsn' => 'sqlite:{folder}/data/store.sq3', 'store.sql.prefix' => 'ssp',
    'metadata.sources' => [['type' => 'flatfile'], ['type' => 'xml', 'file' => '{folder}/sp.xml']],
];
"""
SOURCES = """<?php
$config = ['people' => ['exampleauth:UserPass', '{user}:{password}' => [{attributes}]]];
"""
HOSTED = """<?php
$metadata['{entity_id}'] = [
    'host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt', 'auth' => 'people',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'saml20.sign.response' => true, 'saml20.sign.assertion' => true, 'saml20.sendartifact' => true,
    'SingleSignOnServiceBinding' => ['urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'],
    'validate.authnrequest' => true, 'assertion.encryption' => {encrypts},
];
"""


def what_is_missing() -> str:
    """Return what stands in the way of running it here, "" if nothing does."""
    folder = os.environ.get("SIMPLESAMLPHP_DIR", "")
    if not folder or not (Path(folder) / "usr/share/simplesamlphp/www").is_dir():
        return "SIMPLESAMLPHP_DIR does not name an unpacked package of simplesamlphp: make interop"
    if shutil.which("php") is None:
        return "there is no php: make interop"
    loaded = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout.split()
    lacking = [one for one in EXTENSIONS if one not in loaded]
    return f"php lacks {' '.join(lacking)}: make interop" if lacking else ""


@dataclass
class SimpleSamlPhp:
    """A running identity provider with one person and one service provider."""

    folder: Path
    base_url: str
    signer: KeyPair = field(default_factory=lambda: make_key_pair("simplesamlphp", rsa_bits=2048))

    def configure(
        self,
        *,
        sp_metadata: bytes,
        person: dict[str, str],
        level: str = PASSWORD_PROTECTED,
        encrypts: bool = False,
    ) -> None:
        """Write its configuration; the service provider's metadata is given to it as it stands."""
        for name in ("cert", "log", "data", "tmp", "config/metadata"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        attributes = ", ".join(f"'{name}' => ['{value}']" for name, value in person.items())
        values = {
            "base_url": self.base_url,
            "folder": str(self.folder),
            "secret": "a-secret-of-this-test",
            "level": level,
            "user": USER,
            "password": PASSWORD,
            "attributes": attributes,
            "entity_id": ENTITY_ID,
            "encrypts": str(encrypts).lower(),
        }
        for name, template in (
            ("config/config.php", CONFIG),
            ("config/authsources.php", SOURCES),
            ("config/metadata/saml20-idp-hosted.php", HOSTED),
        ):
            text = re.sub(r"\{(\w+)\}", lambda found: values[found.group(1)], template)
            (self.folder / name).write_text(text)
        (self.folder / "config/metadata/saml20-sp-remote.php").write_text("<?php\n")
        (self.folder / "sp.xml").write_bytes(sp_metadata)
        (self.folder / "cert/idp.key").write_bytes(self.signer.key_pem)
        (self.folder / "cert/idp.crt").write_bytes(self.signer.certificate_pem)

    @contextmanager
    def serving(self) -> Iterator["SimpleSamlPhp"]:
        """Run the web server of PHP while the block runs."""
        www = Path(os.environ["SIMPLESAMLPHP_DIR"]) / "usr/share/simplesamlphp/www"
        environment = {"PATH": os.environ["PATH"], "SIMPLESAMLPHP_CONFIG_DIR": str(self.folder / "config")}
        with (self.folder / "php.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    "php",
                    "-d",
                    "opcache.enable=0",
                    "-S",
                    self.base_url.removeprefix("http://"),
                    "-t",
                    str(www),
                ],
                env=environment,
                stdout=log,
                stderr=log,
            )
            try:
                self._until_it_answers(process)
                yield self
            finally:
                process.kill()
                process.wait()

    def metadata(self) -> bytes:
        """Return its metadata as it publishes them."""
        answer = requests.get(f"{self.base_url}/saml2/idp/metadata.php", timeout=20)
        assert answer.status_code == 200, answer.text[:2000]
        return answer.content

    def log(self) -> str:
        """Return what it has written."""
        written = self.folder / "log/log.txt"
        return (written.read_text() if written.exists() else "") + (self.folder / "php.log").read_text()

    def _until_it_answers(self, process: "subprocess.Popen[bytes]") -> None:
        host, _, port = self.base_url.removeprefix("http://").partition(":")
        for _ in range(START_SECONDS * 20):
            assert process.poll() is None, (self.folder / "php.log").read_text()
            try:
                with socket.create_connection((host, int(port)), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("php -S does not answer")


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def sign_in_there(
    action: str, fields: dict[str, str], *, password: str = PASSWORD
) -> tuple[str, dict[str, str]]:
    """Go to it with an AuthnRequest, give the password, and return where it sends the browser with which fields."""
    with requests.Session() as session:
        page = session.post(action, data=fields, timeout=20)
        assert page.status_code == 200, page.text[:3000]
        asked = html.fromstring(page.text).xpath("//form[.//input[@name='password']]")
        assert asked, page.text[:3000]
        given = {one.get("name"): one.get("value", "") for one in asked[0].xpath(".//input[@name]")}
        given |= {"username": USER, "password": password}
        answer = session.post(page.url, data=given, timeout=20, allow_redirects=False)
        while answer.status_code in (302, 303) and "SAMLart" not in answer.headers["Location"]:
            answer = session.get(answer.headers["Location"], timeout=20, allow_redirects=False)
    if answer.status_code in (302, 303):
        where, _, query = answer.headers["Location"].partition("?")
        return where, dict(parse_qsl(query))
    form = html.fromstring(answer.text).xpath("//form[.//input[@name='SAMLResponse']]")
    assert form, answer.text[:3000]
    sent = {one.get("name"): one.get("value", "") for one in form[0].xpath(".//input[@name]")}
    return form[0].get("action"), sent
