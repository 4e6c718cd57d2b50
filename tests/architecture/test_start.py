"""Starting: what is imported, and what stops a start."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from scripts.demo_keys import make as make_keys
from tests.architecture.live import live_environment
from tests.architecture.tree import ROOT


def python(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run code in a process of its own, with nothing but the given environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    code = f"import sys; sys.argv = ['manage.py', *{arguments!r}]; import manage; manage.main()"
    return python(code, **environment)


# --- imports


def test_lxml_and_xmlsec_live_in_one_process_and_sign(tmp_path: Path) -> None:
    """Wheels of both bring their own libxml2; a pair that does not fit crashes at the first signature."""
    make_keys(tmp_path)
    code = f"""
import pathlib, datetime
from lxml import etree
import xmlsec
folder = pathlib.Path({str(tmp_path)!r})
root = etree.fromstring("<a ID='x'><b/></a>")
xmlsec.tree.add_ids(root, ["ID"])
c = xmlsec.constants
signature = xmlsec.template.create(root, c.TransformExclC14N, c.TransformRsaSha256, ns="ds")
root.append(signature)
reference = xmlsec.template.add_reference(signature, c.TransformSha256, uri="#x")
xmlsec.template.add_transform(reference, c.TransformEnveloped)
context = xmlsec.SignatureContext()
context.key = xmlsec.Key.from_file(str(folder / "seal.key"), c.KeyDataFormatPem)
context.sign(signature)
verifier = xmlsec.SignatureContext()
verifier.key = xmlsec.Key.from_file(str(folder / "seal.crt"), c.KeyDataFormatCertPem)
verifier.verify(signature)

from epuap.xml import xades
from eurzad.lib import xml
sealed = xades.seal(
    xml.parse(b"<w:D xmlns:w='urn:t'/>"), key_pem=(folder / "seal.key").read_bytes(),
    cert_pem=(folder / "seal.crt").read_bytes(), signed_at=datetime.datetime.now(datetime.UTC),
)
assert b"SignatureValue" in sealed
print("signed")
"""
    done = python(code)
    assert (done.returncode, done.stdout) == (0, "signed\n"), done.stderr


def test_heavy_tools_are_imported_where_they_are_used(tmp_path: Path) -> None:
    code = """
import sys, json, django
from django.core.management import call_command
django.setup()
call_command("check")
print(json.dumps(sorted(sys.modules)))
"""
    done = python(code, DEMO_MODE="1", VAR_DIR=str(tmp_path), DJANGO_SETTINGS_MODULE="eurzad.settings")
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    heavy = {
        "weasyprint",
        "fontTools",
        "pydyf",
        "tinycss2",
        "PIL",
        "zeep",
        "pywebpush",
        "qrcode",
        "holidays",
        "pypdf",
        "pyhanko",
        "pyhanko_certvalidator",
    }
    assert loaded & heavy == set()
    simulators = "[name for name in sys.modules if 'simulator' in name]"
    done = python(
        f"import sys, django; django.setup(); import eurzad.urls, eurzad.celery; print({simulators})",
        DEMO_MODE="1",
        VAR_DIR=str(tmp_path),
        DJANGO_SETTINGS_MODULE="eurzad.settings",
    )
    assert done.stdout == "[]\n", done.stderr


# --- settings


@pytest.fixture
def live(tmp_path: Path) -> dict[str, str]:
    """The environment of a live portal, nothing missing."""
    return live_environment(tmp_path)


REQUIRED = (
    "SECRET_KEY", "IDENTITY_KEY", "PORTAL_BASE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL",
    "JOURNAL_AUDITOR_EMAIL",
    "SAML_SP_ENTITY_ID", "SAML_SP_KEY", "SAML_SP_CERT", "IDP_LOGIN_METADATA", "TPS_URL", "TPS_SEAL_CERT",
    "SEAL_KEY", "SEAL_CERT", "PAYU_POS_ID", "PAYU_CLIENT_ID", "PAYU_CLIENT_SECRET", "PAYU_SECOND_KEY",
    "MUNICIPALITY_NAME", "MUNICIPALITY_NIP", "MUNICIPALITY_BANK_ACCOUNT", "MUNICIPALITY_TERYT",
)  # fmt: skip

MALFORMED = (
    ("DEMO_MODE", "maybe"), ("BEHIND_PROXY", "perhaps"), ("IDENTITY_KEY", "short"), ("IDENTITY_KEY", "żółć"),
    ("IDENTITY_KEY", "c2hvcnQ="), ("ACCESS_DECISION_DAYS", "fourteen"), ("ACCESS_DECISION_DAYS", "-1"),
    ("EPUAP_FILE_MAX_MB", "big"), ("EPUAP_ANSWER_MAX_MB", "0"), ("EPUAP_SETTLED_SECONDS", "hour"),
    ("PAYMENT_PROVIDERS", "payu,nobody"), ("IDP_LOGIN_PROFILE", "facebook"),
    ("PORTAL_BASE_URL", "eurzad.example.test"), ("PORTAL_BASE_URL", "https://"), ("TPS_URL", "somewhere"),
    ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "oracle2://x/y"), ("REDIS_URL", "localhost"),
    ("EMAIL_URL", "nonsense"), ("MUNICIPALITY_NIP", "9990101029"),
    ("MUNICIPALITY_BANK_ACCOUNT", "49999999990001000000000001"),
    ("SECRET_KEY_FILE", "missing-file"), ("SEAL_PAST_CERTS", "missing-file"),
    ("TRUST_LIST", "missing-file"), ("PERSONAL_TRUST_LIST", "missing-file"),
    ("REVOCATION_FETCH", "sometimes"), ("JOURNAL_AUDITOR_EMAIL", "nobody"), ("JOURNAL_KEEP_DAYS", "0"),
    ("DATABASE_OWNER_URL", "nonsense"), ("DATABASE_OWNER_URL", "sqlite:///x"),
    ("DATABASE_OWNER_URL", "postgres://owner:secret@127.0.0.1:9/another"),
    ("DATABASE_OWNER_URL", "postgres://eurzad:secret@127.0.0.1:9/eurzad"),
    ("DEMO_URL", "pokaz"), ("DEMO_HANDOVER_KEY", "short"),
    ("SESSION_MINUTES", "0"), ("STAFF_SESSION_MINUTES", "long"), ("SESSION_MAX_HOURS", "-1"),
)  # fmt: skip


def read_settings(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Read the settings file afresh in an environment."""
    for name in list(os.environ):
        if name not in ("PATH", "HOME", "LANG"):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ours = [name for name in sys.modules if name.partition(".settings")[0] == "eurzad" and name != "eurzad"]
    for name in ours:
        monkeypatch.delitem(sys.modules, name)
    try:
        return vars(importlib.import_module("eurzad.settings")).copy()
    finally:
        for name in [name for name in sys.modules if name.startswith("eurzad.settings")]:
            del sys.modules[name]


def test_a_live_portal_starts(live: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    values = read_settings(live, monkeypatch)
    assert values["DEMO_MODE"] is False and values["DEBUG"] is False
    assert values["SESSION_COOKIE_SECURE"] and values["CSRF_COOKIE_SECURE"] and values["SECURE_SSL_REDIRECT"]
    assert values["SECURE_HSTS_SECONDS"] > 0 and values["ALLOWED_HOSTS"] == ["eurzad.example.test"]
    assert values["SIMULATOR_URL"] == ""
    assert "simulator" not in json.dumps(values["INSTALLED_APPS"])


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_setting_is_named(live: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    del live[name]
    with pytest.raises(ImproperlyConfigured) as stopped:
        read_settings(live, monkeypatch)
    assert name in str(stopped.value) and "\n" not in str(stopped.value)


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_malformed_setting_is_named(
    live: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    live[name] = value
    live.pop(name.removesuffix("_FILE") if name.endswith("_FILE") else "", None)
    with pytest.raises(ImproperlyConfigured) as stopped:
        read_settings(live, monkeypatch)
    assert name in str(stopped.value) and "\n" not in str(stopped.value)


def second_provider(live: dict[str, str], **changes: str) -> dict[str, str]:
    """The same town with a provider of profile epuap beside the first one; an empty change takes a setting away."""
    keys = Path(live["SAML_SP_KEY"]).parent
    environment = live | {
        "IDPS": "login,pz",
        "IDP_PZ_PROFILE": "epuap",
        "IDP_PZ_METADATA": live["IDP_LOGIN_METADATA"],
        "IDP_PZ_ATTRIBUTES": "identifier=urn:id,given_name=urn:given,family_name=urn:family",
        "SAML_SP_RSA_KEY": str(keys / "saml-rsa.key"),
        "SAML_SP_RSA_CERT": str(keys / "saml-rsa.crt"),
        **changes,
    }
    return {name: value for name, value in environment.items() if value}


def test_two_identity_providers_at_once(live: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    values = read_settings(second_provider(live, IDP_PZ_LABEL="Zaloguj się przez PZ"), monkeypatch)
    login, pz = values["IDENTITY_PROVIDERS"].values()
    assert (login["profile"], pz["profile"], pz["binding"]) == ("login.gov.pl", "epuap", "artifact")
    assert pz["label"] == "Zaloguj się przez PZ"
    assert pz["attributes"] == {
        "identifier": "urn:id",
        "given_name": "urn:given",
        "family_name": "urn:family",
    }
    assert [level.rpartition("/")[2] for level in pz["levels"]] == ["substantial", "high"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDP_PZ_METADATA", ""),
        ("SAML_SP_RSA_KEY", ""),
        ("SAML_SP_RSA_CERT", ""),
        ("SAML_SP_RSA_KEY", "missing-file"),
        ("IDP_PZ_ATTRIBUTES", ""),
        ("IDP_PZ_ATTRIBUTES", "identifier=urn:id"),
        ("IDP_PZ_ATTRIBUTES", "identifier=urn:id,given_name=urn:g,family_name=urn:f,shoe_size=urn:s"),
        ("IDP_PZ_ATTRIBUTES", "identifier=a,identifier=b,given_name=urn:g,family_name=urn:f"),
        ("IDP_PZ_ATTRIBUTES", "identifier"),
        ("IDP_PZ_BINDING", "redirect"),
        ("IDP_PZ_BINDING", "artifact,post"),
        ("IDP_PZ_PROFILE", "login.gov.pl,epuap"),
        ("IDP_PZ_USERINFO_URL", "somewhere"),
        (
            "IDP_PZ_USERINFO_URL",
            "https://ws.example.test/pz-services/tpUserInfo",
        ),  # without a key for the call
        ("IDPS", "login,Not-A-Name"),
    ],
)
def test_a_wrong_second_provider_is_named(
    live: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as stopped:
        read_settings(second_provider(live, **{name: value}), monkeypatch)
    assert name in str(stopped.value) and "\n" not in str(stopped.value)


def test_handing_demo_over_needs_a_key_and_another_address(
    live: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    live |= {"DEMO_URL": "https://pokaz.example.test"}
    with pytest.raises(ImproperlyConfigured, match="DEMO_HANDOVER_KEY"):
        read_settings(live, monkeypatch)
    live["DEMO_HANDOVER_KEY"] = live["IDENTITY_KEY"]
    values = read_settings(live, monkeypatch)
    assert values["DEMO_URL"] in values["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]["form-action"]
    live["DEMO_URL"] = live["PORTAL_BASE_URL"]
    with pytest.raises(ImproperlyConfigured, match="DEMO_URL"):
        read_settings(live, monkeypatch)


def test_the_demo_sends_no_mail_whatever_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    values = read_settings(
        {"DEMO_MODE": "1", "VAR_DIR": str(tmp_path), "EMAIL_URL": "smtp://mail.example.test:25"}, monkeypatch
    )
    assert values["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend"
    assert Path(values["EMAIL_FILE_PATH"]).is_relative_to(tmp_path)
    assert "mail.example.test" not in json.dumps(values, default=str)


def test_secret_from_a_file(live: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    del live["PAYU_SECOND_KEY"]
    values = read_settings(live | {"PAYU_SECOND_KEY_FILE": str(tmp_path / "secret")}, monkeypatch)
    assert values["PAYU_SECOND_KEY"] == "from a file"


@pytest.mark.parametrize("module", ["manage", "eurzad.wsgi", "eurzad.celery"])
def test_a_wrong_start_says_one_line(live: dict[str, str], module: str) -> None:
    del live["IDENTITY_KEY"]
    done = manage("check", **live) if module == "manage" else python(f"import {module}", **live)
    (line,) = done.stderr.splitlines()
    assert line.startswith("Ustawienia: ") and "IDENTITY_KEY" in line
    assert done.returncode == 3, "gunicorn does not start such a worker again"


def test_a_right_start_passes_its_checks(live: dict[str, str]) -> None:
    done = manage("check", "--deploy", "--fail-level", "ERROR", **live)
    assert done.returncode == 0, done.stderr


# --- the demo's doors are closed outside the demo


def test_beat_of_a_live_town_finds_a_folder_for_its_schedule(live: dict[str, str]) -> None:
    started = python("import eurzad.celery; print(eurzad.celery.app.conf.beat_schedule_filename)", **live)
    assert started.returncode == 0, started.stderr[-500:]
    assert Path(started.stdout.strip()).parent.is_dir()


def test_the_simulator_refuses_to_start_outside_the_demo(live: dict[str, str]) -> None:
    simulator = {"DJANGO_SETTINGS_MODULE": "eurzad.simulator.settings", "VAR_DIR": live["VAR_DIR"]}
    done = manage("check", **simulator)
    assert done.returncode == 3 and len(done.stderr.splitlines()) == 1 and "DEMO_MODE" in done.stderr
    done = python("import eurzad.simulator.wsgi", **simulator)
    assert done.returncode == 3 and len(done.stderr.splitlines()) == 1 and "DEMO_MODE" in done.stderr


@pytest.mark.parametrize("command", ["load_demo", "demo_accounts", "reset_demo"])
def test_demo_commands_refuse_outside_the_demo(live: dict[str, str], command: str) -> None:
    done = manage(command, **live)
    assert done.returncode != 0
    assert done.stderr.strip().startswith("CommandError: DEMO_MODE is off") and not done.stdout
